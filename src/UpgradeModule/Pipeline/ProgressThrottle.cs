namespace UpgradeModule.Pipeline;

/// <summary>Lets through about ten states a second of one activity: hosts draw no faster, and drawing slows the work.</summary>
internal sealed class ProgressThrottle
{
    private static readonly long s_interval = (long)TimeSpan.FromMilliseconds(100).TotalMilliseconds;

    private readonly object _gate = new();
    private long _last = long.MinValue / 2;
    private bool _open;

    /// <summary>Whether this state is to be shown.</summary>
    /// <param name="progress">The state.</param>
    public bool Passes(OperationProgress progress)
    {
        lock (_gate)
        {
            if (progress.Completed)
            {
                var shown = _open;
                _open = false;
                return shown;
            }

            var now = Environment.TickCount64;
            if (now - _last < s_interval) return false;
            _last = now;
            _open = true;
            return true;
        }
    }

    /// <summary>Ends the activity.</summary>
    /// <returns>Whether its bar is still shown.</returns>
    public bool End()
    {
        lock (_gate)
        {
            var shown = _open;
            _open = false;
            return shown;
        }
    }
}
