using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>What is known of the hop that is under way, for the actions that come later and for the way back.</summary>
internal sealed class HopState
{
    /// <summary>The stop that the hop leads to.</summary>
    public required UpgradeStop Stop { get; init; }

    /// <summary>The index of that stop in the path, from 0.</summary>
    public int Index { get; init; }

    /// <summary>How many entries the run's record had when the hop began.</summary>
    public int FirstEntry { get; init; }

    /// <summary>The label of what is kept at this hop: unique to run and stop.</summary>
    public required string Label { get; init; }

    /// <summary>The deployment as it was before the hop.</summary>
    public required DeploymentContext Before { get; init; }

    /// <summary>The invariants before the hop.</summary>
    public IReadOnlyList<InvariantValue> Baseline { get; set; } = [];

    /// <summary>How long it took to read them.</summary>
    public TimeSpan BaselineTook { get; set; }

    /// <summary>Whether they were read after the stop, so that nobody could change them since.</summary>
    public bool BaselineIsFinal { get; set; }

    /// <summary>The migrations before the hop; <see langword="null"/> where the application records none.</summary>
    public MigrationState? MigrationsBefore { get; set; }

    /// <summary>Whether the service was asked to stop.</summary>
    public bool Touched { get; set; }

    /// <summary>The database as it was right after the stop.</summary>
    public ReturnPoint? DatabasePoint { get; set; }

    /// <summary>The artifact that was installed before.</summary>
    public ReturnPoint? ArtifactPoint { get; set; }

    /// <summary>Whether the new version may have written to the database: it was started, or its migrate command was.</summary>
    public bool DataTouched { get; set; }

    /// <summary>The database's address, as this machine reaches it.</summary>
    public DatabaseTarget? Database { get; set; }

    /// <summary>When the new version was started, in UTC.</summary>
    public DateTimeOffset? StartedOn { get; set; }

    /// <summary>The data that the failed version left, kept when the database was taken back.</summary>
    public ReturnPoint? ReplacedData { get; set; }

    /// <summary>The file with the failed version's output.</summary>
    public string? LogPath { get; set; }

    /// <summary>Whether the database was taken back.</summary>
    public bool DatabaseIsBack { get; set; }

    /// <summary>Whether the artifact was taken back.</summary>
    public bool ArtifactIsBack { get; set; }

    /// <summary>Whether the new version was in use already when the hop was taken up again: then people may have deleted what the numbers miss.</summary>
    public bool WasInUse { get; set; }

    /// <summary>Whether what is kept of the database is to be kept anew: the version before may have run since.</summary>
    public bool KeepsAnew { get; set; }

    /// <summary>Whether the database goes back to its state right after the stop before anything else: a migration was cut short.</summary>
    public bool StartsOver { get; set; }

    /// <summary>
    /// Whether the hop may begin again with the data as it was right after the stop, should the new version not come up: it was taken up in the
    /// middle of its migration, and what a machine that died leaves of that can be neither half nor whole.
    /// </summary>
    public bool MayStartOver { get; set; }

    /// <summary>The hop as the journal has it.</summary>
    public HopRecord ToRecord() => new()
    {
        Index = Index,
        FirstEntry = FirstEntry,
        Label = Label,
        Edition = Before.Deployment.Edition,
        Baseline = Baseline,
        BaselineTook = BaselineTook,
        BaselineIsFinal = BaselineIsFinal,
        MigrationsBefore = MigrationsBefore,
        Touched = Touched,
        DataTouched = DataTouched,
        DatabasePoint = DatabasePoint,
        ArtifactPoint = ArtifactPoint,
        ReplacedData = ReplacedData,
        Database = Database,
        StartedOn = StartedOn,
        LogPath = LogPath,
        DatabaseIsBack = DatabaseIsBack,
        ArtifactIsBack = ArtifactIsBack,
    };

    /// <summary>A hop that another process began.</summary>
    /// <param name="record">The hop as the journal has it.</param>
    /// <param name="stop">Its stop.</param>
    /// <param name="before">The deployment as it was before the hop.</param>
    public static HopState Of(HopRecord record, UpgradeStop stop, DeploymentContext before) => new()
    {
        Stop = stop,
        Before = before,
        Index = record.Index,
        FirstEntry = record.FirstEntry,
        Label = record.Label,
        Baseline = record.Baseline,
        BaselineTook = record.BaselineTook,
        BaselineIsFinal = record.BaselineIsFinal,
        MigrationsBefore = record.MigrationsBefore,
        Touched = record.Touched,
        DataTouched = record.DataTouched,
        DatabasePoint = record.DatabasePoint,
        ArtifactPoint = record.ArtifactPoint,
        ReplacedData = record.ReplacedData,
        Database = record.Database,
        StartedOn = record.StartedOn,
        LogPath = record.LogPath,
        DatabaseIsBack = record.DatabaseIsBack,
        ArtifactIsBack = record.ArtifactIsBack,
    };
}
