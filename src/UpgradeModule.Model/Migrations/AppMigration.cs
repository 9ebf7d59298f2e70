namespace UpgradeModule;

/// <summary>A schema migration that ran in an application's database.</summary>
public sealed record AppMigration : AppRecord
{
    /// <summary>The name of the deployment.</summary>
    public string Deployment { get; init; } = "";

    /// <summary>The application's name.</summary>
    public string App { get; init; } = "";

    /// <summary>Its place in the order in which they ran, from 1.</summary>
    public int Order { get; init; }

    /// <summary>Its name.</summary>
    public string Id { get; init; } = "";

    /// <summary>Who wrote it, where the application records that.</summary>
    public string? Author { get; init; }

    /// <summary>When it ran, in UTC, where the application records that.</summary>
    public DateTimeOffset? RanOn { get; init; }

    /// <summary>The file that it is in, where the application records that.</summary>
    public string? File { get; init; }

    /// <summary>How it ran, where the application records that: <c>EXECUTED</c>, <c>MARK_RAN</c>, <c>FAILED</c>.</summary>
    public string? Result { get; init; }

    /// <summary>The release that brought it, where the definition knows it.</summary>
    public AppVersion? Release { get; init; }

    /// <summary>The application's major that it belongs to, where its name or its release tells.</summary>
    public int? Major { get; init; }

    /// <summary>Whether migrating down takes it back, as far as the definition knows.</summary>
    public MigrationRollback Rollback { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
