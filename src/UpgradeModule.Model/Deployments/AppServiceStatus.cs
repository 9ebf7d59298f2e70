namespace UpgradeModule;

/// <summary>Whether a deployment's service runs.</summary>
public enum AppServiceStatus
{
    /// <summary>It could not be found out.</summary>
    Unknown,

    /// <summary>It does not run.</summary>
    Stopped,

    /// <summary>It runs and is not ready yet.</summary>
    Starting,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It was asked to stop and still runs.</summary>
    Stopping,

    /// <summary>It ended by itself with an exit code that is no success.</summary>
    Crashed,

    /// <summary>It is frozen: its processes are there and do nothing.</summary>
    Paused,

    /// <summary>It ended by itself, and its host is about to start it again: seen more than once, it is in a crash loop.</summary>
    Restarting,
}
