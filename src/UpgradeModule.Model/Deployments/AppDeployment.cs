namespace UpgradeModule;

/// <summary>One installed instance of an application: what runs it, its database and the version that runs. A snapshot: cmdlets ask again before they act.</summary>
public sealed record AppDeployment : AppRecord
{
    /// <summary>The deployment's name, unique in a store.</summary>
    public string Name { get; init; } = "";

    /// <summary>The application's name.</summary>
    public string App { get; init; } = "";

    /// <summary>The edition's short name.</summary>
    public string Edition { get; init; } = "";

    /// <summary>What runs it.</summary>
    public AppHostKind HostKind { get; init; }

    /// <summary>The version that runs, or is installed where it doesn't run.</summary>
    public AppVersion? Version { get; init; }

    /// <summary>The newest release of its edition.</summary>
    public AppVersion? Latest { get; init; }

    /// <summary>Its application database.</summary>
    public DatabaseTarget? Database { get; init; }

    /// <summary>The address at which the module asks for its health.</summary>
    public string? Url { get; init; }

    /// <summary>Whether it runs.</summary>
    public AppServiceStatus Status { get; init; }

    /// <summary>Where its version was seen, and which it was there.</summary>
    public IReadOnlyList<VersionSighting> Versions { get; init; } = [];

    /// <summary>Whether all the places where a version was seen agree.</summary>
    public bool VersionsAgree { get; init; } = true;

    /// <summary>How it is run.</summary>
    public AppHostSettings Settings { get; init; } = new();

    /// <summary>The app definition's file, where the definition is neither shipped nor registered.</summary>
    public string? DefinitionPath { get; init; }

    /// <summary>The folder that its backups go to where a cmdlet names none.</summary>
    public string? BackupPath { get; init; }

    /// <summary>Whether it is registered in a store.</summary>
    public bool Stored { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
