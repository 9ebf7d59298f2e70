using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>
/// Keeps the database as it is right after the stop: going back to it loses nothing that was written until then. There is nothing to take
/// back: as long as the new version has not started, the live data is untouched, and the kept state is not in the way.
/// </summary>
internal sealed class TakeRollbackPoint(UpgradeStop stop) : UpgradeActionBase("RollbackPoint", $"Keep the data of {stop.From} for the way back", stop)
{
    private static readonly TimeSpan QuickEnough = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (!run.HasDatabase) return ActionResult.Skipped("The application has no database.");
        var hop = run.Hop!;
        if (hop.StartsOver) await StartOverAsync(run, hop, cancellationToken).ConfigureAwait(false);

        // What was deleted between the first reading and the stop is no loss of the upgrade: the numbers are read again, unless that takes long.
        if (hop.Baseline.Count > 0 && !hop.BaselineIsFinal && hop.BaselineTook < QuickEnough)
        {
            hop.Baseline = await ReadAgainAsync(run, hop.Baseline, cancellationToken).ConfigureAwait(false);
            hop.BaselineIsFinal = true;
        }

        var database = await run.OpenDatabaseAsync(cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            hop.Database = database.Target;
            var point = await database.CreateRollbackPointAsync(hop.Label, cancellationToken).ConfigureAwait(false);
            if (hop.KeepsAnew)
            {
                // What was kept before the run was cut short is older than what the version before may have written since.
                await database.DropAsync(point, cancellationToken).ConfigureAwait(false);
                point = await database.CreateRollbackPointAsync(hop.Label, cancellationToken).ConfigureAwait(false);
                hop.KeepsAnew = false;
            }

            run.Recorder.Mark(point, KeptPointUse.Kept);
            hop.DatabasePoint = point with { Version = point.Version ?? Stop!.From };
            return ActionResult.Done($"{point.Kind} {point.Location}", hop.DatabasePoint);
        }
    }

    // A migration that was cut short begins again with the data as it was: nobody has written to it since, as the new version never ran.
    private static async Task StartOverAsync(RunContext run, HopState hop, CancellationToken cancellationToken)
    {
        await DataWayBack.GoAsync(run, "RollbackPoint", hop.Stop, cancellationToken).ConfigureAwait(false);
        hop.StartsOver = false;
        hop.DatabaseIsBack = false;
        hop.DatabasePoint = null;
        hop.ReplacedData = null;
    }

    private static async Task<IReadOnlyList<InvariantValue>> ReadAgainAsync(RunContext run, IReadOnlyList<InvariantValue> before, CancellationToken cancellationToken)
    {
        var now = await InvariantGuard.ReadAsync(run, cancellationToken).ConfigureAwait(false);
        return [.. before.Select(value => now.FirstOrDefault(other => other.Name == value.Name && other.Value is not null) ?? value)];
    }
}
