namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>Something that goes wrong outside while an upgrade runs, and is mended afterwards.</summary>
/// <param name="name">What it is, for people.</param>
internal abstract class Strike(string name)
{
    public string Name => name;

    /// <summary>What the run is cancelled with, where that is the strike.</summary>
    public virtual CancellationToken Token => CancellationToken.None;

    /// <summary>How long the run waits without a sign of progress.</summary>
    public virtual TimeSpan Timeout => TimeSpan.FromSeconds(30);

    /// <summary>How long its way back waits for what went away; <see langword="null"/> as long as for everybody.</summary>
    public virtual TimeSpan? Patience => null;

    /// <summary>It goes wrong.</summary>
    public virtual Task BlowAsync(IFaultScene scene) => Task.CompletedTask;

    /// <summary>It is mended, when the run has ended. What has mended itself meanwhile is awaited.</summary>
    public virtual Task MendAsync(IFaultScene scene) => Task.CompletedTask;

    /// <summary>What was to go on afterwards ended as failed and said what a person has to do besides: that is done.</summary>
    /// <param name="scene">The application.</param>
    /// <param name="told">What it said.</param>
    /// <returns>What was done; <see langword="null"/> where nothing is told that could be.</returns>
    public virtual Task<string?> DoAsToldAsync(IFaultScene scene, string told) => Task.FromResult<string?>(null);
}
