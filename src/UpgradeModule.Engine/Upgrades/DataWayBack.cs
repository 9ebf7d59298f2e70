namespace UpgradeModule.Engine.Upgrades;

/// <summary>Takes a hop's data back to its state right after the stop. Several actions may have changed it; it is taken back once.</summary>
internal static class DataWayBack
{
    /// <summary>Takes it back. Nothing is done where nothing of the new version has touched it, or it is back already.</summary>
    /// <param name="run">The run.</param>
    /// <param name="action">The action that takes it back.</param>
    /// <param name="stop">The stop.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task GoAsync(RunContext run, string action, UpgradeStop stop, CancellationToken cancellationToken)
    {
        var hop = run.Hop!;
        if (hop is not { DataTouched: true, DatabaseIsBack: false, DatabasePoint: { } point }) return;

        // One that still wrote would migrate the data that was just put back.
        await run.Host.EndLeftCommandsAsync(run.Deployment, cancellationToken).ConfigureAwait(false);
        var database = await run.OpenDatabaseAsync(cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            var replaced = await database.RollbackAsync(point, cancellationToken).ConfigureAwait(false);
            run.Recorder.Mark(point, Journal.KeptPointUse.Live);
            hop.DatabaseIsBack = true;
            if (replaced is null) return;
            hop.ReplacedData = replaced with { Version = replaced.Version ?? stop.To };
            run.Recorder.Keep([hop.ReplacedData], action, stop.Order);
        }
    }
}
