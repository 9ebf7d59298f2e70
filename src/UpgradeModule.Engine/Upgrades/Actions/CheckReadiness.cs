using System.Runtime.ExceptionServices;
using UpgradeModule.Engine.Readiness;
using UpgradeModule.Engine.Upgrades.MigrateDown;

namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>Finds what stands in the way before anything is touched.</summary>
internal sealed class CheckReadiness() : UpgradeActionBase("Readiness", "Check that nothing stands in the way")
{
    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        var down = run.IsDown;
        var request = new ReadinessRequest
        {
            Path = down ? run.Remaining with { Stops = [.. run.Remaining.Stops.SelectMany(DownLeg.Of).Select(leg => leg.Stop)] } : run.Remaining,
            BackupDestination = run.Request.BackupDestination,
            ArtifactPath = run.Request.ArtifactPath,
            BaseUrl = run.Request.BaseUrl,
            Registry = run.Request.Registry,
            ConfirmedSteps = run.Request.ConfirmedSteps,
            HoldsLock = true,
        };
        var readiness = down ? run.Services.DownReadiness ?? run.Services.Readiness : run.Services.Readiness;
        var result = await readiness.CheckAsync(run.Deployment, request, cancellationToken).ConfigureAwait(false);
        foreach (var warning in result.Warnings) run.Operation.Warning($"{warning.Check}: {Sentence(warning)}");

        // A database that can't be locked is a blocker of its own; without one, the failure itself says more than going on unlocked would.
        if (result.Blockers.Count == 0 && run.LockFailure is { } failure) ExceptionDispatchInfo.Throw(failure);
        if (result.Blockers.Count == 0) return ActionResult.Done($"{result.Checks.Count} checks, {result.Warnings.Count} warning(s)");
        var lines = result.Blockers.Select((blocker, index) => $"({index + 1}) {blocker.Check}: {Sentence(blocker)}");
        throw new UpgradeException(
            "NotReady", UpgradeErrorCategory.InvalidOperation, run.Deployment.Deployment.Name,
            $"{run.Deployment.Deployment.Name} can't be {(down ? "migrated down" : "upgraded")} yet; nothing was touched. {string.Join(" ", lines)}");
    }

    private static string Sentence(Blocker blocker) => blocker.Remedy.Length == 0 ? blocker.Message : blocker.Message + " " + blocker.Remedy;
}
