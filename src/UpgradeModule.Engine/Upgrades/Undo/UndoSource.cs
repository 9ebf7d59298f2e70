using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades.Undo;

/// <summary>Where the state before a run comes from: what its stops kept, or its backup.</summary>
internal sealed record UndoSource
{
    /// <summary>Whether a newer version may have written to the data.</summary>
    public bool DataNeeded { get; init; }

    /// <summary>Whether the data is back already, by an earlier try.</summary>
    public bool DataIsBack { get; init; }

    /// <summary>The data as it was right after the first stop.</summary>
    public ReturnPoint? Data { get; init; }

    /// <summary>The backup from before the first stop, where the data was not kept.</summary>
    public AppBackup? Backup { get; init; }

    /// <summary>Whether the data comes from the backup, so that it can be put back once more.</summary>
    public bool IsRepeatable { get; init; }

    /// <summary>Whether it is put back once more. What the first time replaced is kept, and stays.</summary>
    public bool IsAgain { get; init; }

    /// <summary>What swaps kept, from the last to the first, less what is back already.</summary>
    public IReadOnlyList<KeptPoint> Versions { get; init; } = [];

    /// <summary>Whether the version before has to be fetched again: what the first swap kept was dropped.</summary>
    public bool Fetch { get; init; }

    /// <summary>Where the data comes from, for people.</summary>
    public string? Told => !DataNeeded || DataIsBack ? null : Data is { } point ? $"{point.Kind} {point.Location}, the data as it was right after the stop" : $"the backup {Backup!.Path} of {Backup.Created:u}";

    /// <summary>Finds it in a run's record.</summary>
    /// <param name="document">The run.</param>
    /// <param name="hasDatabase">Whether the application has a database.</param>
    /// <exception cref="UpgradeException"><c>UndoImpossible</c>.</exception>
    public static UndoSource Of(RunDocument document, bool hasDatabase)
    {
        var first = document.Points.Where(kept => kept.Action == "RollbackPoint").OrderBy(kept => kept.Stop).FirstOrDefault();
        var swaps = document.Points.Where(kept => kept.Action == "Swap").OrderByDescending(kept => kept.Stop).ToList();
        var needed = hasDatabase && (document.CompletedStops > 0 || document.Hop is { DataTouched: true });
        var data = first?.Use == KeptPointUse.Kept ? first.Point : null;
        var back = first?.Use == KeptPointUse.Live || document.Run.Steps.Any(step => step is { Id: UndoData.Name, Status: UpgradeActionStatus.Done });
        var backup = document.FirstBackup ?? document.Run.Backup;
        if (needed && !back && data is null && (backup is null || !Directory.Exists(backup.Path)))
        {
            var why = backup is null ? "no backup of it is known" : $"its backup '{backup.Path}' is not there any more";
            throw new UpgradeException(
                "UndoImpossible", UpgradeErrorCategory.ObjectNotFound, document.Run.RunId,
                $"The run {document.Run.RunId} of {document.Run.Deployment.Name} can't be undone by restoring: the data that it kept was dropped, and {why}.",
                "Restore another backup with Restore-AppDatabase, and put the version back with Update-AppArtifact or Update-AppImage.");
        }

        return new UndoSource
        {
            DataNeeded = needed,
            DataIsBack = back,
            Data = data,
            Backup = data is null ? backup : null,
            IsRepeatable = first?.Use is null or KeptPointUse.Dropped && backup is not null && Directory.Exists(backup.Path),
            Versions = [.. swaps.Where(kept => kept.Use == KeptPointUse.Kept)],
            Fetch = swaps.Count > 0 && swaps[^1].Use == KeptPointUse.Dropped && document.CompletedStops > 0,
        };
    }
}
