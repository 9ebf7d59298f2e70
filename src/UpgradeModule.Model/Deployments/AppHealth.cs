namespace UpgradeModule;

/// <summary>What an application answers when it is asked how it is.</summary>
public enum AppHealth
{
    /// <summary>It was not asked, or its answer says nothing.</summary>
    Unknown,

    /// <summary>Nothing answers at its address.</summary>
    Unreachable,

    /// <summary>It answers that it is not ready yet.</summary>
    Starting,

    /// <summary>It answers that it migrates its database.</summary>
    Migrating,

    /// <summary>Liveness, readiness and every deep probe answer as the definition expects.</summary>
    Healthy,

    /// <summary>It answers, and not as the definition expects.</summary>
    Unhealthy,
}
