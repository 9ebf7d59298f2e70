using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Apps;

/// <summary>An app definition as its JSON file has it. Property names are camelCase there; what is not known is a mistake, not ignored.</summary>
/// <remarks>
/// Nobody changes one after it was read. Its properties can be set, though, because the source-generated reader takes init-only properties
/// for constructor parameters and would overwrite the defaults of those that a file leaves out.
/// </remarks>
public sealed record AppSpec
{
    /// <summary>The address of the JSON schema by which editors complete the file; not read.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; set; }

    /// <summary>The version of this format; 1.</summary>
    public int FormatVersion { get; set; } = 1;

    /// <summary>The name by which cmdlets know the application: lower-case letters, digits, hyphens.</summary>
    public string Name { get; set; } = "";

    /// <summary>The name that people know.</summary>
    public string DisplayName { get; set; } = "";

    /// <summary>The application's home page.</summary>
    public string? Website { get; set; }

    /// <summary>Where the facts come from, and when they were collected.</summary>
    public SourceSpec? Source { get; set; }

    /// <summary>How versions are written and read.</summary>
    public VersionSpec Versions { get; set; } = new();

    /// <summary>The editions; one where the application has no editions.</summary>
    public IReadOnlyList<EditionSpec> Editions { get; set; } = [];

    /// <summary>The releases, in any order.</summary>
    public IReadOnlyList<ReleaseSpec> Releases { get; set; } = [];

    /// <summary>The address of a release's notes; <c>{version}</c>, <c>{tag}</c> and <c>{major}</c> are replaced.</summary>
    public string? ReleaseNotes { get; set; }

    /// <summary>The rules of the upgrade path.</summary>
    public PathSpec Path { get; set; } = new();

    /// <summary>Steps between versions that the application itself doesn't do.</summary>
    public IReadOnlyList<StepSpec> Steps { get; set; } = [];

    /// <summary>What versions need of the runtimes and engines beneath them.</summary>
    public IReadOnlyList<RequirementSpec> Requirements { get; set; } = [];

    /// <summary>Until when majors are supported.</summary>
    public IReadOnlyList<SupportSpec> Support { get; set; } = [];

    /// <summary>The single file (JAR or other) that holds a version, and where it is fetched.</summary>
    public ArtifactSpec? Artifact { get; set; }

    /// <summary>The container image that holds a version.</summary>
    public ImageSpec? Image { get; set; }

    /// <summary>Where settings are and how the database connection is read from them.</summary>
    public SettingsSpec Settings { get; set; } = new();

    /// <summary>How the service is started and stopped.</summary>
    public StartSpec Start { get; set; } = new();

    /// <summary>How its health and version are asked.</summary>
    public HealthSpec Health { get; set; } = new();

    /// <summary>Log lines that tell something. The first pattern that matches a line tells its meaning; of several failures the one that stands first counts.</summary>
    public IReadOnlyList<LogLineSpec> Logs { get; set; } = [];

    /// <summary>How its schema migrations are seen and driven.</summary>
    public MigrationSpec? Migrations { get; set; }

    /// <summary>Numbers that an upgrade must not lower.</summary>
    public IReadOnlyList<InvariantSpec> Invariants { get; set; } = [];

    /// <summary>What a consistent backup takes.</summary>
    public BackupSpec Backup { get; set; } = new();

    /// <summary>What silences its outbound effects when it runs on a clone.</summary>
    public RehearsalSpec Rehearsal { get; set; } = new();
}
