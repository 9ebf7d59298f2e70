using UpgradeModule.Engine.Upgrades.Actions;
using UpgradeModule.Engine.Upgrades.MigrateDown;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>
/// Works out where a hop is taken up that another process began: at the first action whose effect isn't complete. What is there counts, not only
/// what was written down. Nothing is changed here, so that a failure leaves the run as it was.
/// </summary>
/// <param name="run">The run, its hop taken up.</param>
internal sealed class HopResume(RunContext run)
{
    /// <summary>The actions of the hop that were begun, in their order, less those that are taken back already.</summary>
    public List<BegunAction> Begun()
    {
        var hop = run.Hop!;
        var actions = RunPlan.Hop(run.Path, hop.Index, run.Deployment.Spec);
        var begun = new List<BegunAction>();
        foreach (var entry in run.Recorder.Document.Run.Steps.Skip(hop.FirstEntry))
        {
            if (entry.Status is UpgradeActionStatus.Undone or UpgradeActionStatus.Pending || run.Recorder.Document.Back?.TakenBack.Contains(entry.Order) == true) continue;
            if (actions.FirstOrDefault(action => action.Id == entry.Id && action.Stop?.To == entry.Stop) is { } action) begun.Add(new BegunAction(action, entry.Order));
        }

        return begun;
    }

    /// <summary>The actions that are left to do.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyList<IUpgradeAction>> LeftAsync(CancellationToken cancellationToken)
    {
        var hop = run.Hop!;
        var all = RunPlan.Hop(run.Path, hop.Index, run.Deployment.Spec);
        var service = await run.Host.GetServiceAsync(run.Deployment, cancellationToken).ConfigureAwait(false);
        var runs = service.Status is not (AppServiceStatus.Stopped or AppServiceStatus.Crashed or AppServiceStatus.Unknown);
        if (run.IsDown) return hop.DataTouched ? await DownAsync(all, hop, runs, cancellationToken).ConfigureAwait(false) : Anew(all, hop);
        if (!hop.DataTouched && !await IsSwappedAsync(cancellationToken).ConfigureAwait(false)) return Anew(all, hop);
        run.MoveTo(hop.Stop.To, hop.Stop.Edition);
        if (!hop.DataTouched) return Swapped(all, hop, runs);
        if (Entry("Migrate") is { } migrate && migrate.Status != UpgradeActionStatus.Done && Entry("Start") is null) return Migrating(all, hop, runs);
        if (Entry("RollbackPoint") is { Status: not UpgradeActionStatus.Done and not UpgradeActionStatus.Skipped }) return StartOver(all, hop);
        hop.WasInUse = runs && await IsInUseAsync(cancellationToken).ConfigureAwait(false);
        hop.MayStartOver = !hop.WasInUse && Entry("Wait") is not { Status: UpgradeActionStatus.Done };
        if (!runs) hop.StartedOn = null;
        return From(all, "Start");
    }

    /// <summary>What is left to do after a failure; <see langword="null"/> where nothing is, but the way back.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="failed">The action that failed.</param>
    public IReadOnlyList<IUpgradeAction>? LeftAfter(Exception failure, IUpgradeAction? failed)
    {
        // One that only takes long would take as long again.
        if (run.Hop is not { MayStartOver: true, DatabasePoint: not null } hop || failed?.Id is not ("Start" or "Wait") || failure is UpgradeException { ErrorId: "ServiceTimeout" }) return null;
        return StartOver(RunPlan.Hop(run.Path, hop.Index, run.Deployment.Spec), hop);
    }

    /// <summary>The new version goes once more from the data as it was right after the stop.</summary>
    private static List<IUpgradeAction> StartOver(IReadOnlyList<IUpgradeAction> all, HopState hop)
    {
        hop.MayStartOver = false;
        hop.StartsOver = hop.DatabasePoint is not null;
        hop.StartedOn = null;
        return [all.First(action => action.Id == "Stop"), all.First(action => action.Id == "RollbackPoint"), .. From(all, "Start")];
    }

    /// <summary>The version before is in place, and may have run since: the stop, the numbers and what is kept are done again.</summary>
    private IReadOnlyList<IUpgradeAction> Anew(IReadOnlyList<IUpgradeAction> all, HopState hop)
    {
        hop.KeepsAnew = Entry("RollbackPoint") is not null;
        hop.DatabasePoint = null;
        hop.BaselineIsFinal = false;
        return From(all, "ReadInvariants");
    }

    /// <summary>The new version is in place. A reboot may have started it, so what is kept of the data is what a failure goes back to.</summary>
    private static IReadOnlyList<IUpgradeAction> Swapped(IReadOnlyList<IUpgradeAction> all, HopState hop, bool runs)
    {
        hop.DataTouched = hop.DatabasePoint is not null;
        var left = From(all, "Swap");

        // The swap tells what it kept only while nothing runs.
        return runs ? [all.First(action => action.Id == "Stop"), .. left] : left;
    }

    private static IReadOnlyList<IUpgradeAction> Migrating(IReadOnlyList<IUpgradeAction> all, HopState hop, bool runs)
    {
        var left = From(all, "Migrate");
        if (runs) return [all.First(action => action.Id == "Stop"), .. left];
        if (hop.DatabasePoint is null) return left;
        hop.StartsOver = true;
        return [all.First(action => action.Id == "RollbackPoint"), .. left];
    }

    /// <summary>The way down goes on at the first action that isn't done: what is taken back already is not asked for again. Should that fail, the copy is there.</summary>
    private async Task<IReadOnlyList<IUpgradeAction>> DownAsync(IReadOnlyList<IUpgradeAction> all, HopState hop, bool runs, CancellationToken cancellationToken)
    {
        var entries = run.Recorder.Document.Run.Steps.Skip(hop.FirstEntry).ToList();
        var left = all.SkipWhile(action => entries.Exists(entry => entry.Id == action.Id && entry.Stop == action.Stop?.To && entry.Status is UpgradeActionStatus.Done or UpgradeActionStatus.Skipped)).ToList();
        var swapped = DownLeg.Of(hop.Stop).LastOrDefault(leg => entries.Exists(entry => entry.Id == "Swap" && entry.Stop == leg.Stop.To && entry.Status == UpgradeActionStatus.Done));
        if (swapped is not null) run.MoveTo(swapped.Stop.To, hop.Stop.Edition);
        if (left.Exists(action => action.Id is "MigrateDown" or "Swap")) return runs ? [all.First(action => action.Id == "Stop"), .. left] : left;
        hop.WasInUse = runs && await IsInUseAsync(cancellationToken).ConfigureAwait(false);
        if (!runs) hop.StartedOn = null;
        return From(all, "Start");
    }

    private static IReadOnlyList<IUpgradeAction> From(IReadOnlyList<IUpgradeAction> all, string id) => [.. all.SkipWhile(action => action.Id != id)];

    private UpgradeAction? Entry(string id) => run.Recorder.Document.Run.Steps.Skip(run.Hop!.FirstEntry).FirstOrDefault(entry => entry.Id == id && entry.Stop == run.Hop.Stop.To);

    private async Task<bool> IsSwappedAsync(CancellationToken cancellationToken)
    {
        var hop = run.Hop!;
        if (hop.ArtifactPoint is not null) return true;
        if (Entry("Swap") is null) return false;
        var swap = new SwapArtifact(hop.Stop, hop.Index);
        return await swap.ProbeAsync(run, cancellationToken).ConfigureAwait(false)
            ?? await run.Host.IsInstalledAsync(run.Deployment, run.Recorder.Document.Sources[hop.Index], cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> IsInUseAsync(CancellationToken cancellationToken) =>
        Entry("Wait") is { Status: UpgradeActionStatus.Done } || await new WaitHealthy(run.Hop!.Stop).ProbeAsync(run, cancellationToken).ConfigureAwait(false) == true;
}
