using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Actions;
using UpgradeModule.Engine.Upgrades.Journal;
using UpgradeModule.Engine.Upgrades.MigrateDown;

namespace UpgradeModule.Engine.Upgrades.Undo;

/// <summary>Puts the version before the run back, with everything that its swaps changed, from the last stop to the first.</summary>
internal sealed class UndoVersion(UndoSource source, InstallSource? fetched) : UpgradeActionBase(Name, "Put the version from before the run back")
{
    /// <summary>Its name in the journal.</summary>
    public const string Name = "UndoVersion";

    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (await UnknownAsync(run, cancellationToken).ConfigureAwait(false) is { } unknown) await BackAsync(run, unknown, cancellationToken).ConfigureAwait(false);
        foreach (var kept in source.Versions) await BackAsync(run, kept.Point, cancellationToken).ConfigureAwait(false);
        var first = run.Recorder.Document.Run.From;
        run.MoveTo(first, run.Recorder.Document.FromEdition);
        if (fetched is null) return ActionResult.Done(first.Text);

        var replaced = await run.Host.SwapAsync(run.Deployment, fetched, $"{run.Recorder.Document.Run.RunId}-undo", cancellationToken).ConfigureAwait(false);
        return ActionResult.Done($"{first}, fetched again; {replaced.Kind} {replaced.Location} is kept", replaced);
    }

    private async Task BackAsync(RunContext run, ReturnPoint point, CancellationToken cancellationToken)
    {
        await run.Host.UndoSwapAsync(run.Deployment, point, cancellationToken).ConfigureAwait(false);

        // A kept file was copied back and can be dropped one day; a kept container is what runs again.
        if (point.Kind == "Artifact") return;
        run.Recorder.Mark(point, KeptPointUse.Live);
        await run.Recorder.SaveAsync(CancellationToken.None).ConfigureAwait(false);
    }

    // A swap that was cut short tells what it kept when it is done again.
    private static async Task<ReturnPoint?> UnknownAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (run.IsDown) return await SwapDown.UnknownAsync(run, cancellationToken).ConfigureAwait(false);
        if (run.Hop is not { ArtifactPoint: null } hop || run.Recorder.Document.Sources.Count <= hop.Index) return null;
        if (!run.Recorder.Document.Run.Steps.Skip(hop.FirstEntry).Any(step => step.Id == "Swap" && step.Stop == hop.Stop.To)) return null;
        var installing = run.Recorder.Document.Sources[hop.Index];
        var there = await new SwapArtifact(hop.Stop, hop.Index).ProbeAsync(run, cancellationToken).ConfigureAwait(false)
            ?? await run.Host.IsInstalledAsync(run.Deployment, installing, cancellationToken).ConfigureAwait(false);
        if (!there) return null;
        var point = await run.Host.SwapAsync(run.Deployment, installing, hop.Label, cancellationToken).ConfigureAwait(false);
        hop.ArtifactPoint = point with { Version = point.Version ?? hop.Stop.From };
        run.Recorder.Keep([hop.ArtifactPoint], "Swap", hop.Stop.Order);
        return hop.ArtifactPoint;
    }
}
