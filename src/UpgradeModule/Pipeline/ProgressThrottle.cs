namespace UpgradeModule.Pipeline;

/// <summary>Lets through about ten states a second of one activity: hosts draw no faster, and drawing slows the work.</summary>
internal sealed class ProgressThrottle
{
    private static readonly long s_interval = (long)TimeSpan.FromMilliseconds(100).TotalMilliseconds;

    private readonly object _gate = new();
    private long _last = long.MinValue / 2;
    private OperationProgress? _latest;
    private bool _awaited;
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
                (_open, _latest) = (false, null);
                return shown;
            }

            var now = Environment.TickCount64;
            if (now - _last < s_interval)
            {
                _latest = progress;
                return false;
            }

            (_last, _latest) = (now, null);
            _open = true;
            return true;
        }
    }

    /// <summary>How long to wait before what was held back last is shown; nothing where it needn't be, or somebody waits already.</summary>
    public TimeSpan? Wait()
    {
        lock (_gate)
        {
            if (_latest is null || _awaited) return null;
            _awaited = true;
            return TimeSpan.FromMilliseconds(Math.Max(1, s_interval - (Environment.TickCount64 - _last)));
        }
    }

    /// <summary>Shows what was held back last, where nothing newer came: else a stale state would stand for as long as the next thing takes.</summary>
    /// <param name="show">Shows it; must not wait.</param>
    public void CatchUp(Action<OperationProgress> show)
    {
        lock (_gate)
        {
            _awaited = false;
            if (_latest is not { } latest) return;
            (_last, _latest, _open) = (Environment.TickCount64, null, true);
            show(latest);
        }
    }

    /// <summary>Ends the activity.</summary>
    /// <returns>Whether its bar is still shown.</returns>
    public bool End()
    {
        lock (_gate)
        {
            var shown = _open;
            (_open, _latest) = (false, null);
            return shown;
        }
    }
}
