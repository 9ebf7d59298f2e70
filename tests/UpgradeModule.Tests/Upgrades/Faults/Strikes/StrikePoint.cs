using UpgradeModule.Engine.Upgrades;

namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>Has something go wrong when a run reaches a moment for the first time. The run waits until it has.</summary>
internal sealed class StrikePoint(string? action, FaultMoment moment, Func<Task> blow) : IFaultPoint
{
    private int _struck;

    /// <summary>Whether the moment was reached.</summary>
    public bool Struck => _struck > 0;

    public void Reach(string reached, FaultMoment at)
    {
        if (reached == action && at == moment && Interlocked.Exchange(ref _struck, 1) == 0) Task.Run(blow).GetAwaiter().GetResult();
    }
}
