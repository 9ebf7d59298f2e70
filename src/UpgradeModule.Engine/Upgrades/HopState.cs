using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>What is known of the hop that is under way, for the actions that come later and for the way back.</summary>
internal sealed class HopState
{
    /// <summary>The stop that the hop leads to.</summary>
    public required UpgradeStop Stop { get; init; }

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
}
