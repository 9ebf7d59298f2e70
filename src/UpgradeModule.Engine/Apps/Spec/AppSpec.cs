namespace UpgradeModule.Engine.Apps;

/// <summary>An app definition as its JSON file has it. Property names are camelCase there; what is not known is a mistake, not ignored.</summary>
public sealed record AppSpec
{
    /// <summary>The version of this format; 1.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>The name by which cmdlets know the application: lower-case letters, digits, hyphens.</summary>
    public string Name { get; init; } = "";

    /// <summary>The name that people know.</summary>
    public string DisplayName { get; init; } = "";

    /// <summary>The application's home page.</summary>
    public string? Website { get; init; }

    /// <summary>Where the facts come from, and when they were collected.</summary>
    public SourceSpec? Source { get; init; }

    /// <summary>How versions are written and read.</summary>
    public VersionSpec Versions { get; init; } = new();

    /// <summary>The editions; one where the application has no editions.</summary>
    public IReadOnlyList<EditionSpec> Editions { get; init; } = [];

    /// <summary>The releases, in any order.</summary>
    public IReadOnlyList<ReleaseSpec> Releases { get; init; } = [];

    /// <summary>The address of a release's notes; <c>{version}</c> stands for the version.</summary>
    public string? ReleaseNotes { get; init; }

    /// <summary>The rules of the upgrade path.</summary>
    public PathSpec Path { get; init; } = new();

    /// <summary>Steps between versions that the application itself doesn't do.</summary>
    public IReadOnlyList<StepSpec> Steps { get; init; } = [];

    /// <summary>What versions need of the runtimes and engines beneath them.</summary>
    public IReadOnlyList<RequirementSpec> Requirements { get; init; } = [];

    /// <summary>Until when majors are supported.</summary>
    public IReadOnlyList<SupportSpec> Support { get; init; } = [];

    /// <summary>The single file (JAR or other) that holds a version, and where it is fetched.</summary>
    public ArtifactSpec? Artifact { get; init; }

    /// <summary>The container image that holds a version.</summary>
    public ImageSpec? Image { get; init; }

    /// <summary>Where settings are and how the database connection is read from them.</summary>
    public SettingsSpec Settings { get; init; } = new();

    /// <summary>How the service is started and stopped.</summary>
    public StartSpec Start { get; init; } = new();

    /// <summary>How its health and version are asked.</summary>
    public HealthSpec Health { get; init; } = new();

    /// <summary>Log lines that tell something.</summary>
    public IReadOnlyList<LogLineSpec> Logs { get; init; } = [];

    /// <summary>How its schema migrations are seen and driven.</summary>
    public MigrationSpec? Migrations { get; init; }

    /// <summary>Numbers that an upgrade must not lower.</summary>
    public IReadOnlyList<InvariantSpec> Invariants { get; init; } = [];

    /// <summary>What a consistent backup takes.</summary>
    public BackupSpec Backup { get; init; } = new();

    /// <summary>What silences its outbound effects when it runs on a clone.</summary>
    public RehearsalSpec Rehearsal { get; init; } = new();
}
