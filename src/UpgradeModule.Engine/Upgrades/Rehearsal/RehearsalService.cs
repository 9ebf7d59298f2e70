using System.Diagnostics;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades.Rehearsal;

/// <summary>Rehearses upgrades.</summary>
/// <param name="services">The other rooms.</param>
/// <param name="open">Opens a database by its access.</param>
internal sealed class RehearsalService(UpgradeServices services, Func<DatabaseAccess, IOperationContext, IAppDatabase> open) : IRehearsalService
{
    /// <inheritdoc/>
    public async Task<UpgradeRehearsal> RunAsync(DeploymentContext context, RehearsalRequest request, CancellationToken cancellationToken)
    {
        var operation = new RunOperation(context.Operation, $"Rehearsal for {context.Deployment.Name}");
        var opened = context with { Operation = operation };
        var watch = Stopwatch.StartNew();
        var basis = await services.Hosts(context.Deployment.HostKind).AsProcessAsync(opened, cancellationToken).ConfigureAwait(false);
        await SweepAsync(basis, cancellationToken).ConfigureAwait(false);
        var path = await new PathResolver(services).ResolveAsync(opened, request.Path, cancellationToken).ConfigureAwait(false);
        ArtifactSource.CheckChecksum(path, request.Sha256);
        var result = new UpgradeRehearsal
        {
            Deployment = context.Deployment,
            Path = path,
            Healthy = true,
            StartedOn = DateTimeOffset.UtcNow,
            By = $"{Environment.UserName}@{Environment.MachineName}",
        };
        if (path.Stops.Count == 0) return result with { PredictedDowntime = TimeSpan.Zero, Isolated = true, Duration = watch.Elapsed };
        var progress = new RunProgress(operation, operation.Activity, RunPlan.Count(path, null, context.Spec));
        try
        {
            var stage = await RehearsalStage.OpenAsync(services, basis, request, cancellationToken).ConfigureAwait(false);
            await using (stage.ConfigureAwait(false))
            {
                if (!stage.Isolated) operation.Warning($"The clone of '{context.Deployment.Name}' can reach others: what the application sends, it sends from the clone too.");
                result = await PlayAsync(stage, opened, request, result with { Isolated = stage.Isolated }, progress, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            progress.Complete();
        }

        return result with { Duration = watch.Elapsed };
    }

    private async Task<UpgradeRehearsal> PlayAsync(RehearsalStage stage, DeploymentContext context, RehearsalRequest request, UpgradeRehearsal result, RunProgress progress, CancellationToken cancellationToken)
    {
        AppBackup? backup = null;
        if (context.Deployment.Database is not null)
        {
            using var finding = new RehearsalPhase(progress, "Find a proven backup");
            backup = await new RehearsalBackup(services.Backups).FindAsync(context, request, result.Path.From, cancellationToken).ConfigureAwait(false);
            result = result with { Backup = backup };
        }

        DeploymentContext clone;
        using (new RehearsalPhase(progress, "Make the clone")) clone = await stage.FurnishAsync(services, backup, cancellationToken).ConfigureAwait(false);
        result = result with { RestoredTo = stage.Database?.Location };
        var run = Begin(stage, clone, request, result.Path);
        var rehearsal = new RehearsalRun(run, progress);
        await rehearsal.FetchAsync(cancellationToken).ConfigureAwait(false);
        if (await rehearsal.BeginAsync(cancellationToken).ConfigureAwait(false) is { } problem) return result with { Healthy = false, Problems = [problem] };
        for (var index = 0; result.Healthy && index < result.Path.Stops.Count; index++)
        {
            var stop = await rehearsal.StopAsync(index, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            result = result with { Stops = [.. result.Stops, stop], Healthy = stop.Healthy, Problems = [.. result.Problems, .. stop.Problems] };
        }

        return result.Healthy ? result with { PredictedDowntime = run.Downtime.Elapsed } : result;
    }

    // A journal that is never begun is never written.
    private RunContext Begin(RehearsalStage stage, DeploymentContext clone, RehearsalRequest request, UpgradePath path)
    {
        var document = new RunDocument { Run = new UpgradeRun { RunId = "rehearsal", Deployment = clone.Deployment, From = path.From, To = path.To }, Path = path };
        var run = new RunContext
        {
            Services = services with { OpenDatabase = (context, _) => Task.FromResult(open(stage.Database!.Access, context.Operation)) },
            Request = new UpgradeRequest { Path = path, ArtifactPath = request.ArtifactPath, BaseUrl = request.BaseUrl, Registry = request.Registry, Sha256 = request.Sha256, Timeout = request.Timeout },
            Path = path,
            Recorder = new RunRecorder(document, new FileJournal(Path.GetTempPath()), clone.Operation),
            Deployment = clone,
        };
        run.MoveTo(path.From, clone.Deployment.Edition);
        run.StartFrom(path.From);
        return run;
    }

    // What rehearsals left that were killed: their clones first, which have their files open.
    private async Task SweepAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var left = await services.Hosts(context.Deployment.HostKind).EndLeftClonesAsync(context, ProcessMark.IsStale, cancellationToken).ConfigureAwait(false);
        left += RehearsalFolder.RemoveLeft(context);
        left += await Task.Run(TemporaryFolder.RemoveLeft, cancellationToken).ConfigureAwait(false);
        if (left > 0) context.Operation.Verbose("What a rehearsal that was killed had left is removed.");
    }
}
