using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>The hop that is under way, as the journal has it: what another process needs to finish it or to take it back.</summary>
internal sealed record HopRecord
{
    /// <summary>The index of its stop in the path, from 0.</summary>
    public int Index { get; init; }

    /// <summary>How many entries the run's record had when it began.</summary>
    public int FirstEntry { get; init; }

    /// <summary>The label of what is kept at this hop.</summary>
    public string Label { get; init; } = "";

    /// <summary>The edition before it.</summary>
    public string Edition { get; init; } = "";

    /// <summary>The invariants before it.</summary>
    public IReadOnlyList<InvariantValue> Baseline { get; init; } = [];

    /// <summary>How long it took to read them.</summary>
    public TimeSpan BaselineTook { get; init; }

    /// <summary>Whether they were read after the stop.</summary>
    public bool BaselineIsFinal { get; init; }

    /// <summary>The migrations before it.</summary>
    public MigrationState? MigrationsBefore { get; init; }

    /// <summary>Whether the service was asked to stop.</summary>
    public bool Touched { get; init; }

    /// <summary>Whether the new version may have written to the database.</summary>
    public bool DataTouched { get; init; }

    /// <summary>The database as it was right after the stop.</summary>
    public ReturnPoint? DatabasePoint { get; init; }

    /// <summary>The artifact that was installed before.</summary>
    public ReturnPoint? ArtifactPoint { get; init; }

    /// <summary>The data that the failed version left.</summary>
    public ReturnPoint? ReplacedData { get; init; }

    /// <summary>The database's address, as this machine reaches it.</summary>
    public DatabaseTarget? Database { get; init; }

    /// <summary>When the new version was started, in UTC.</summary>
    public DateTimeOffset? StartedOn { get; init; }

    /// <summary>The file with the failed version's output.</summary>
    public string? LogPath { get; init; }

    /// <summary>Whether the database was taken back.</summary>
    public bool DatabaseIsBack { get; init; }

    /// <summary>Whether the artifact was taken back.</summary>
    public bool ArtifactIsBack { get; init; }
}
