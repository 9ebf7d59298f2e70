using System.Diagnostics;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>Measures how long the application can't be used: from each moment a stop is asked until a version is healthy again.</summary>
internal sealed class DowntimeClock
{
    private readonly Stopwatch _watch = new();
    private TimeSpan _before;

    /// <summary>All stops together so far.</summary>
    public TimeSpan Elapsed => _before + _watch.Elapsed;

    /// <summary>Since when it can't be used, in UTC; <see langword="null"/> while it can.</summary>
    public DateTimeOffset? Since { get; private set; }

    /// <summary>Goes on from what an earlier process measured. What has passed since its last word is counted where the application was down then.</summary>
    /// <param name="measured">What it measured until its last word.</param>
    /// <param name="last">When that was, in UTC.</param>
    /// <param name="since">Since when the application was down then.</param>
    public void GoOn(TimeSpan measured, DateTimeOffset last, DateTimeOffset? since)
    {
        _before = measured;
        if (since is null) return;
        var dead = DateTimeOffset.UtcNow - last;
        if (dead > TimeSpan.Zero) _before += dead;
        Since = since;
        _watch.Start();
    }

    /// <summary>A stop is asked for. Does nothing where the application is down already.</summary>
    public void Down()
    {
        Since ??= DateTimeOffset.UtcNow;
        _watch.Start();
    }

    /// <summary>A version is healthy.</summary>
    public void Up()
    {
        _watch.Stop();
        Since = null;
    }
}
