namespace UpgradeModule;

/// <summary>The result of restoring a backup.</summary>
public sealed record RestoreResult : AppRecord
{
    /// <summary>The deployment whose data was replaced.</summary>
    public AppDeployment Deployment { get; init; } = new();

    /// <summary>The backup.</summary>
    public AppBackup Backup { get; init; } = new();

    /// <summary>The database that holds the restored data.</summary>
    public DatabaseTarget? Database { get; init; }

    /// <summary>Where the data before the restore is kept: a database's name or a file's path.</summary>
    public string? KeptAs { get; init; }

    /// <summary>How many tables were restored and counted.</summary>
    public int Tables { get; init; }

    /// <summary>How many rows they hold.</summary>
    public long Rows { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Deployment.Name}: restored from {Backup.Id}";
}
