namespace UpgradeModule.Engine.Apps;

/// <summary>How schema migrations are seen and driven.</summary>
public sealed record MigrationSpec
{
    /// <summary><c>liquibase</c>, <c>east</c> or <c>table</c>.</summary>
    public string Kind { get; set; } = "table";

    /// <summary>The table that lists what ran.</summary>
    public string? Table { get; set; }

    /// <summary>Its column with the migration's name.</summary>
    public string IdColumn { get; set; } = "id";

    /// <summary>Its column with the order of execution.</summary>
    public string? OrderColumn { get; set; }

    /// <summary>Its column with the time of execution.</summary>
    public string? TimeColumn { get; set; }

    /// <summary>The table that holds the migration lock.</summary>
    public string? LockTable { get; set; }

    /// <summary>How a lock is released that a migration which died has left, for people: the application's own command, or what to change in the table.</summary>
    public string? LockRemedy { get; set; }

    /// <summary>A regular expression whose group <c>major</c> tells the major from a migration's name.</summary>
    public string? MajorPattern { get; set; }

    /// <summary>Migrations that tell nothing of the major: back-ports and forerunners.</summary>
    public IReadOnlyList<string> IgnoredForMajor { get; set; } = [];

    /// <summary>
    /// The migrations that versions must have recorded before they count as migrated, for applications that answer as healthy without them. Of
    /// several, the one of the newest version at or below counts.
    /// </summary>
    public IReadOnlyList<RequiredMigrationSpec> Required { get; set; } = [];

    /// <summary>
    /// The explicit migrate command, for applications that don't migrate on start; it is run while the service is stopped, with the new version and the
    /// deployment's settings. <c>{artifact}</c> stands for the artifact's path, in a container for the image's <see cref="ImageSpec.Artifact"/>;
    /// <c>{version}</c> and <c>{migrationTag}</c> are replaced too.
    /// </summary>
    public IReadOnlyList<string> UpCommand { get; set; } = [];

    /// <summary>How long that command may take, in minutes.</summary>
    public int UpTimeoutMinutes { get; set; } = 60;

    /// <summary>The command that migrates down; <c>{artifact}</c> stands for the newer version's artifact, <c>{migrations}</c> for the names to be taken back, <c>{migrationTag}</c> for the edition's name in migrations.</summary>
    public IReadOnlyList<string> DownCommand { get; set; } = [];

    /// <summary>In a container: what the image's own entrypoint is given in place of that command, each an argument of its own. The command itself is run where empty.</summary>
    public IReadOnlyList<string> DownArguments { get; set; } = [];

    /// <summary>
    /// What one call of that command takes back: <c>major</c>, all that the version's own major brought, so that several majors need each major's own version;
    /// <c>release</c>, what the version itself brought, so that each release between is needed; <c>migration</c>, the one that ran last, so that it is
    /// called until the older version's list is reached; <c>named</c>, those that <c>{migrations}</c> names.
    /// </summary>
    public string DownStep { get; set; } = "major";

    /// <summary>How long each call of that command may take, in minutes.</summary>
    public int DownTimeoutMinutes { get; set; } = 60;

    /// <summary>The lowest version that has it.</summary>
    public string? DownFrom { get; set; }

    /// <summary>The lowest version that it may go to.</summary>
    public string? DownTo { get; set; }

    /// <summary>Versions whose down-migration is known to fail.</summary>
    public IReadOnlyList<KnownBadSpec> DownKnownBad { get; set; } = [];

    /// <summary>What is known of single migrations.</summary>
    public IReadOnlyList<MigrationNoteSpec> Known { get; set; } = [];
}
