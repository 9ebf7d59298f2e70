namespace UpgradeModule;

/// <summary>How an upgrade run ended.</summary>
public enum UpgradeOutcome
{
    /// <summary>The target version runs and is healthy.</summary>
    Succeeded,

    /// <summary>Something failed, and the last completed stop runs again with its data.</summary>
    RolledBack,

    /// <summary>A manual step is needed; the application is healthy at the version reached.</summary>
    Paused,

    /// <summary>The run was cut short and can be resumed.</summary>
    Interrupted,

    /// <summary>The way back failed too: the error says what is where.</summary>
    Failed,
}
