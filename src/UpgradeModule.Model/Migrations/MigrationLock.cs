namespace UpgradeModule;

/// <summary>The lock that an application holds in its database while it migrates it.</summary>
public sealed record MigrationLock : AppRecord
{
    /// <summary>The deployment.</summary>
    public AppDeployment Deployment { get; init; } = new();

    /// <summary>The table that it lies in.</summary>
    public string Table { get; init; } = "";

    /// <summary>Whether it was held when it was looked at.</summary>
    public bool Held { get; init; }

    /// <summary>Who held it, as the application wrote it: a host, mostly.</summary>
    public string? Holder { get; init; }

    /// <summary>Since when, in UTC.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>How long it had been held.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>The state of the deployment's service.</summary>
    public AppServiceStatus ServiceStatus { get; init; }

    /// <summary>Others that were connected to the database, a line each.</summary>
    public IReadOnlyList<string> Sessions { get; init; } = [];

    /// <summary>Whether it was released.</summary>
    public bool Released { get; init; }

    /// <summary>When it was released, in UTC.</summary>
    public DateTimeOffset? ReleasedOn { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Held ? $"{Table}: held{(Holder is null ? "" : " by " + Holder)}" : $"{Table}: free";
}
