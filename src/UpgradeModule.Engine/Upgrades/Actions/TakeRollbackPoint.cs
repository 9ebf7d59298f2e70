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

        // What was deleted between the first reading and the stop is no loss of the upgrade: the numbers are read again, unless that takes long.
        if (hop.Baseline.Count > 0 && hop.BaselineTook < QuickEnough)
        {
            hop.Baseline = await ReadAgainAsync(run, hop.Baseline, cancellationToken).ConfigureAwait(false);
            hop.BaselineIsFinal = true;
        }

        var database = await run.OpenDatabaseAsync(cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            hop.Database = database.Target;
            var point = await database.CreateRollbackPointAsync(hop.Label, cancellationToken).ConfigureAwait(false);
            hop.DatabasePoint = point with { Version = point.Version ?? Stop!.From };
            return ActionResult.Done($"{point.Kind} {point.Location}", hop.DatabasePoint);
        }
    }

    private static async Task<IReadOnlyList<InvariantValue>> ReadAgainAsync(RunContext run, IReadOnlyList<InvariantValue> before, CancellationToken cancellationToken)
    {
        var now = await InvariantGuard.ReadAsync(run, cancellationToken).ConfigureAwait(false);
        return [.. before.Select(value => now.FirstOrDefault(other => other.Name == value.Name && other.Value is not null) ?? value)];
    }
}
