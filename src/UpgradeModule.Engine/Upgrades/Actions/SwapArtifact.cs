using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>Puts the new version in the place of the old one, which is kept.</summary>
internal sealed class SwapArtifact(UpgradeStop stop, int index) : UpgradeActionBase("Swap", $"Put {stop.To} in the place of {stop.From}", stop)
{
    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        var hop = run.Hop!;
        var point = await run.Host.SwapAsync(run.Deployment, Source(run), hop.Label, cancellationToken).ConfigureAwait(false);
        hop.ArtifactPoint = point with { Version = point.Version ?? Stop!.From };
        run.MoveTo(Stop!.To, Stop.Edition);
        return ActionResult.Done($"{point.Kind} {point.Location}", hop.ArtifactPoint);
    }

    /// <inheritdoc/>
    public override async Task UndoAsync(RunContext run, CancellationToken cancellationToken)
    {
        var hop = run.Hop!;
        if (hop.ArtifactPoint is null)
        {
            // The swap failed or was cut short. If the new version is in place all the same, doing it again only tells where the old one is.
            var there = await ProbeAsync(run, cancellationToken).ConfigureAwait(false) ?? await run.Host.IsInstalledAsync(run.Deployment, Source(run), cancellationToken).ConfigureAwait(false);
            if (!there) return;
            hop.ArtifactPoint = await run.Host.SwapAsync(run.Deployment, Source(run), hop.Label, cancellationToken).ConfigureAwait(false);
            run.Recorder.Keep([hop.ArtifactPoint], Id, Stop!.Order);
        }

        await run.Host.UndoSwapAsync(run.Deployment, hop.ArtifactPoint, cancellationToken).ConfigureAwait(false);

        // A kept file was copied back and can be dropped one day; a kept container, say, is what runs again.
        if (hop.ArtifactPoint.Kind != "Artifact") run.Recorder.Mark(hop.ArtifactPoint, KeptPointUse.Live);
        hop.ArtifactIsBack = true;
        run.MoveTo(Stop!.From, hop.Before.Deployment.Edition);
    }

    /// <inheritdoc/>
    public override async Task<bool?> ProbeAsync(RunContext run, CancellationToken cancellationToken)
    {
        var installed = await run.Host.ReadInstalledVersionAsync(run.Deployment, cancellationToken).ConfigureAwait(false);
        return installed is null || Stop!.From == Stop.To ? null : installed == Stop.To;
    }

    private InstallSource Source(RunContext run) => run.Recorder.Document.Sources[index];
}
