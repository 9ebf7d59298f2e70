using System.Diagnostics;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>Measures how long the application can't be used: from each moment a stop is asked until a version is healthy again.</summary>
internal sealed class DowntimeClock
{
    private readonly Stopwatch _watch = new();

    /// <summary>All stops together so far.</summary>
    public TimeSpan Elapsed => _watch.Elapsed;

    /// <summary>A stop is asked for. Does nothing where the application is down already.</summary>
    public void Down() => _watch.Start();

    /// <summary>A version is healthy.</summary>
    public void Up() => _watch.Stop();
}
