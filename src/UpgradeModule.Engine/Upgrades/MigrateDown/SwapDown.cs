using System.Globalization;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Actions;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades.MigrateDown;

/// <summary>Puts the next older version in the place of the newer one, which is kept. What it kept is found in the run's record, so that a resumed run takes it back too.</summary>
internal sealed class SwapDown(DownLeg leg) : UpgradeActionBase("Swap", $"Put {leg.Stop.To} in the place of {leg.Stop.From}", leg.Stop)
{
    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        var point = await SwapAsync(run, cancellationToken).ConfigureAwait(false);
        run.MoveTo(leg.Stop.To, leg.Stop.Edition);
        return ActionResult.Done($"{point.Kind} {point.Location}", point);
    }

    /// <inheritdoc/>
    public override async Task UndoAsync(RunContext run, CancellationToken cancellationToken)
    {
        var point = Kept(run);
        if (point is null)
        {
            // The swap failed or was cut short. If the older version is in place all the same, doing it again only tells where the newer one is.
            var there = await ProbeAsync(run, cancellationToken).ConfigureAwait(false) ?? await run.Host.IsInstalledAsync(run.Deployment, Source(run), cancellationToken).ConfigureAwait(false);
            if (!there) return;
            point = await SwapAsync(run, cancellationToken).ConfigureAwait(false);
            run.Recorder.Keep([point], Id, leg.Stop.Order);
        }

        await run.Host.UndoSwapAsync(run.Deployment, point, cancellationToken).ConfigureAwait(false);
        if (point.Kind != "Artifact") run.Recorder.Mark(point, KeptPointUse.Live);
        run.Hop!.ArtifactIsBack = leg.Index == 0;
        run.MoveTo(leg.Stop.From, leg.Stop.Edition);
    }

    /// <inheritdoc/>
    public override async Task<bool?> ProbeAsync(RunContext run, CancellationToken cancellationToken)
    {
        var installed = await run.Host.ReadInstalledVersionAsync(run.Deployment, cancellationToken).ConfigureAwait(false);
        return installed is null ? null : installed == leg.Stop.To;
    }

    /// <summary>Finds the swap of a run that was cut short before what it kept was written down; doing it again tells that.</summary>
    /// <param name="run">The run, its hop taken up.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What it kept; <see langword="null"/> where there is no such swap, or it had not taken effect.</returns>
    public static async Task<ReturnPoint?> UnknownAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (run.Hop is not { } hop) return null;
        var begun = run.Recorder.Document.Run.Steps.Skip(hop.FirstEntry).Where(step => step.Id == "Swap").Select(step => step.Stop).ToList();
        if (DownLeg.Of(hop.Stop).LastOrDefault(leg => begun.Contains(leg.Stop.To)) is not { } last) return null;
        var swap = new SwapDown(last);
        if (swap.Kept(run) is not null) return null;
        run.MoveTo(last.Stop.From, last.Stop.Edition);
        var there = await swap.ProbeAsync(run, cancellationToken).ConfigureAwait(false) ?? await run.Host.IsInstalledAsync(run.Deployment, swap.Source(run), cancellationToken).ConfigureAwait(false);
        if (!there) return null;
        var point = await swap.SwapAsync(run, cancellationToken).ConfigureAwait(false);
        run.Recorder.Keep([point], swap.Id, last.Stop.Order);
        return point;
    }

    private async Task<ReturnPoint> SwapAsync(RunContext run, CancellationToken cancellationToken)
    {
        var label = string.Create(CultureInfo.InvariantCulture, $"{run.Recorder.Document.Run.RunId}-{leg.Stop.Order}");
        var point = await run.Host.SwapAsync(run.Deployment, Source(run), label, cancellationToken).ConfigureAwait(false);
        point = point with { Version = point.Version ?? leg.Stop.From };

        // What a person would have to put back is the version that ran before the run, whatever lay between.
        if (leg.Index == 0) run.Hop!.ArtifactPoint = point;
        return point;
    }

    private ReturnPoint? Kept(RunContext run) => run.Recorder.Document.Points.LastOrDefault(kept => kept.Action == Id && kept.Stop == leg.Stop.Order)?.Point;

    private InstallSource Source(RunContext run) => run.Recorder.Document.Sources[leg.Index];
}
