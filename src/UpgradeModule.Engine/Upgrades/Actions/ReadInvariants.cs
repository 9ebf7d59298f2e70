using System.Diagnostics;

namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>Reads the invariants and the migrations while the version before the stop still runs.</summary>
internal sealed class ReadInvariants(UpgradeStop stop) : UpgradeActionBase("ReadInvariants", "Read what the upgrade must not lower", stop)
{
    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (!run.HasDatabase) return ActionResult.Skipped("The application has no database.");
        var hop = run.Hop!;
        hop.MigrationsBefore = await MigrationGate.ReadAsync(run, cancellationToken).ConfigureAwait(false);
        if (hop.MigrationsBefore is { } migrations) run.Recorder.MigrationsBefore(migrations.Names);
        var watch = Stopwatch.StartNew();
        hop.Baseline = await InvariantGuard.ReadAsync(run, cancellationToken).ConfigureAwait(false);
        hop.BaselineTook = watch.Elapsed;
        run.Recorder.Change(record => record.InvariantsBefore.Count > 0 ? record : record with { InvariantsBefore = hop.Baseline });
        return ActionResult.Done(string.Join(", ", hop.Baseline));
    }
}
