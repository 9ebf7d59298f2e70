using System.Globalization;
using System.Security.Cryptography;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Actions;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>
/// Runs upgrade paths. A service that was stopped before is upgraded too and runs afterwards: whether a version works is only seen while it runs.
/// </summary>
internal sealed class UpgradeService(UpgradeServices services) : IUpgradeService
{
    private readonly RunJournals _journals = new(services.Store);

    /// <inheritdoc/>
    public async Task<UpgradeResult> RunAsync(DeploymentContext context, UpgradeRequest request, CancellationToken cancellationToken)
    {
        var operation = new RunOperation(context.Operation, $"Upgrade of {context.Deployment.Name}");
        var opened = context with { Operation = operation };
        RunContext? run = null;

        // The caller is answered at once, whatever the action under way is doing.
        using var acknowledgement = cancellationToken.Register(() => operation.Warning(RunMessages.Stopping(run)));
        try
        {
            var locks = await RunLocks.TakeAsync(services, opened, "an upgrade", cancellationToken).ConfigureAwait(false);
            await using (locks.ConfigureAwait(false))
            {
                var path = await new PathResolver(services).ResolveAsync(opened, request.Path, cancellationToken).ConfigureAwait(false);
                ArtifactSource.CheckChecksum(path, request.Sha256);
                var pending = await PendingAsync(opened, path, cancellationToken).ConfigureAwait(false);
                if (path.Stops.Count == 0 && pending is null) return Arrived(opened, path);
                run = Begin(opened, path, request, locks.DatabaseFailure);
                var progress = new RunProgress(operation, operation.Activity, RunPlan.Count(path, pending, opened.Spec));
                try
                {
                    return await new UpgradeRunner(run, progress).RunAsync(pending, cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    progress.Complete();
                }
            }
        }
        catch (OperationCanceledException) when (run is null && cancellationToken.IsCancellationRequested)
        {
            return Cancelled(opened, request.Path);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UpgradeRun>> ListAsync(AppDeployment? deployment, CancellationToken cancellationToken)
    {
        var runs = await _journals.ListAsync(deployment, NullOperationContext.Instance, cancellationToken).ConfigureAwait(false);
        return [.. runs.Select(run => run.Document.Run)];
    }

    /// <inheritdoc/>
    public Task<UpgradeRun> CompleteAsync(DeploymentContext context, string runId, CancellationToken cancellationToken) =>
        new RunCompletion(services, _journals).CompleteAsync(context, runId, cancellationToken);

    private RunContext Begin(DeploymentContext context, UpgradePath path, UpgradeRequest request, Exception? lockFailure)
    {
        var document = new RunDocument
        {
            Run = NewRun(context, path),
            Path = path with { Deployment = null },
            Request = request with { Path = new UpgradePath(), BaseUrl = Addresses.WithoutLogin(request.BaseUrl), Registry = Addresses.RegistryWithoutLogin(request.Registry), ArtifactPath = Addresses.WithoutLogin(request.ArtifactPath) },
        };
        var recorder = new RunRecorder(document, _journals.For(context.Deployment, request.BackupDestination), context.Operation);
        var run = new RunContext { Services = services, Request = request, Path = path, Recorder = recorder, Deployment = context, LockFailure = lockFailure };
        run.MoveTo(path.From, context.Deployment.Edition);
        run.StartFrom(path.From);
        return run;
    }

    /// <summary>Finds the steps after the present version that the last run paused at: a path from here no longer has them.</summary>
    private async Task<StepsAfter?> PendingAsync(DeploymentContext context, UpgradePath path, CancellationToken cancellationToken)
    {
        var runs = await _journals.ListAsync(context.Deployment, context.Operation, cancellationToken).ConfigureAwait(false);
        if (runs.Count == 0) return null;
        var last = runs[0].Document;
        if (last.Run.Outcome is null)
        {
            var action = last.Run.Steps.Count > 0 ? $" at '{last.Run.Steps[^1].Title}'" : "";
            context.Operation.Warning($"The run {last.Run.RunId}, begun {last.Run.StartedOn:u}, never ended{action}: its process was probably killed. What it kept stays: {string.Join(", ", last.Run.Kept)}.");
        }

        if (last.Run.Outcome != UpgradeOutcome.Paused || last.Run.PausedAt is not { } paused || last.Run.Reached != path.From) return null;
        var stop = last.Path.Stops.FirstOrDefault(stop => stop.To == path.From && stop.StepsAfter.Any(step => step.Id == paused.Id));
        return stop is null ? null : new StepsAfter(stop, paused.Id);
    }

    private static UpgradeRun NewRun(DeploymentContext context, UpgradePath path)
    {
        var now = DateTimeOffset.UtcNow;
        return new UpgradeRun
        {
            RunId = string.Create(CultureInfo.InvariantCulture, $"{now:yyyyMMdd-HHmmss}-{Convert.ToHexString(RandomNumberGenerator.GetBytes(3)).ToLowerInvariant()}"),
            Deployment = context.Deployment with { Version = path.From },
            From = path.From,
            To = path.To,
            Reached = path.From,
            StartedOn = now,
            By = $"{Environment.UserName}@{Environment.MachineName}",
        };
    }

    private static UpgradeResult Arrived(DeploymentContext context, UpgradePath path)
    {
        var now = DateTimeOffset.UtcNow;
        return UpgradeResults.From(NewRun(context, path) with
        {
            Outcome = UpgradeOutcome.Succeeded,
            EndedOn = now,
            Message = $"{context.Deployment.Name} runs {path.To ?? path.From} already; nothing was done.",
        });
    }

    private static UpgradeResult Cancelled(DeploymentContext context, UpgradePath path)
    {
        const string Message = "The upgrade was cancelled before anything was touched.";
        var from = path.From ?? context.Deployment.Version!;
        return UpgradeResults.From(NewRun(context, path with { From = from }) with
        {
            Outcome = UpgradeOutcome.RolledBack,
            EndedOn = DateTimeOffset.UtcNow,
            Error = Message,
            ErrorId = "UpgradeCancelled",
            Message = Message,
        });
    }
}
