namespace UpgradeModule;

/// <summary>A copy of an application's data that is kept beside the live data: a database of the same server, or a file of the same folder.</summary>
public sealed record AppDatabaseCopy : AppRecord
{
    /// <summary>The deployment whose data it is.</summary>
    public AppDeployment Deployment { get; init; } = new();

    /// <summary>The database engine.</summary>
    public DatabaseEngine Engine { get; init; }

    /// <summary>Where it is: a database's name or a file's full path.</summary>
    public string KeptAs { get; init; } = "";

    /// <summary>How it came to be kept.</summary>
    public DatabaseCopyOrigin Origin { get; init; }

    /// <summary>When it was kept, in UTC; empty where that can't be told.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Its size in bytes, where known.</summary>
    public long? Size { get; init; }

    /// <summary>The upgrade run that keeps it; empty where none does.</summary>
    public string? RunId { get; init; }

    /// <summary>Whether that run may still need it, so that it can't be removed by itself.</summary>
    public bool Needed { get; init; }

    /// <inheritdoc/>
    public override string ToString() => KeptAs;
}
