using System.Diagnostics;
using System.Globalization;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>
/// Waits for the database server or the container engine before a run is gone on with: after a reboot, or a restart of the engine, people are often quicker than they
/// are. Who waits is told what for, and how long at most.
/// </summary>
/// <param name="services">The other rooms.</param>
/// <param name="operation">Who is told.</param>
/// <param name="name">The deployment's name.</param>
/// <param name="patience">How long it waits at most; zero: not at all.</param>
internal sealed class ServerWait(UpgradeServices services, IOperationContext operation, string name, TimeSpan patience) : IDisposable
{
    private readonly string _activity = $"Waiting for what {name} needs";
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private bool _told;

    /// <summary>Waits a moment where something isn't there that may come.</summary>
    /// <param name="failure">What was tried, and how it failed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it is worth another try.</returns>
    public async Task<bool> AgainAsync(Exception failure, CancellationToken cancellationToken)
    {
        if (!Absence.Is(failure) || _since.Elapsed >= patience) return false;
        if (!_told) operation.Warning(string.Create(CultureInfo.InvariantCulture, $"{failure.Message} It may still be starting, so it is waited for, up to {patience.TotalSeconds:0} s (-Timeout says how long); nothing is touched until it is there."));
        _told = true;
        operation.Progress(new OperationProgress { Activity = _activity, Status = string.Create(CultureInfo.InvariantCulture, $"{failure.Message} ({_since.Elapsed.TotalSeconds:0} of {patience.TotalSeconds:0} s)") });
        await Task.Delay(services.UndoRetryDelay, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>The wait is over, one way or the other.</summary>
    public void Dispose()
    {
        if (!_told) return;
        operation.Progress(new OperationProgress { Activity = _activity, Status = "Done", Completed = true });
        operation.Verbose(string.Create(CultureInfo.InvariantCulture, $"{_activity}: {_since.Elapsed.TotalSeconds:0.0} s"));
    }
}
