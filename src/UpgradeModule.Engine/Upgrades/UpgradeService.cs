using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Actions;
using UpgradeModule.Engine.Upgrades.Journal;
using UpgradeModule.Engine.Upgrades.MigrateDown;
using UpgradeModule.Engine.Upgrades.Undo;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>
/// Runs upgrade paths. A service that was stopped before is upgraded too and runs afterwards: whether a version works is only seen while it runs.
/// </summary>
internal sealed class UpgradeService(UpgradeServices services) : IUpgradeService
{
    private readonly RunJournals _journals = new(services.Store);

    /// <inheritdoc/>
    public Task<UpgradeResult> RunAsync(DeploymentContext context, UpgradeRequest request, CancellationToken cancellationToken) => RunSession.WithAsync(
        services,
        context,
        $"Upgrade of {context.Deployment.Name}",
        "an upgrade",
        async session =>
        {
            await new DownUndo(_journals).SettleAsync(session.Context, cancellationToken).ConfigureAwait(false);
            await CloseEarlierAsync(session.Context, request.Force, cancellationToken).ConfigureAwait(false);
            var path = await new PathResolver(services).ResolveAsync(session.Context, request.Path, cancellationToken).ConfigureAwait(false);
            ArtifactSource.CheckChecksum(path, request.Sha256);
            var pending = await PendingAsync(session.Context, path, cancellationToken).ConfigureAwait(false);
            if (path.Stops.Count == 0 && pending is null) return Arrived(session.Context, path);
            var run = session.Run = Begin(session.Context, path, request, session.LockFailure);
            var total = RunPlan.Count(path, pending, run.Deployment.Spec);
            return await session.WithProgressAsync(total, progress => new UpgradeRunner(run, progress).RunAsync(pending, cancellationToken)).ConfigureAwait(false);
        },
        () => Cancelled(context, request.Path),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<UpgradeResult> ResumeAsync(DeploymentContext context, ResumeRequest request, CancellationToken cancellationToken) => await RunSession.WithAsync(
        services,
        context,
        $"Upgrade of {context.Deployment.Name}",
        "an upgrade",
        async session =>
        {
            if (session.LockFailure is { } failure) ExceptionDispatchInfo.Throw(failure);
            await new DownUndo(_journals).SettleAsync(session.Context, cancellationToken).ConfigureAwait(false);
            var (document, _, _) = await _journals.FindAsync(session.Context, request.RunId, cancellationToken).ConfigureAwait(false);
            if (RunState.IsUndoing(document)) return await UndoAsync(session, new UndoRequest { RunId = document.Run.RunId, Timeout = request.Timeout, Strategy = UndoStrategy.Restore }, cancellationToken).ConfigureAwait(false);
            var run = await new RunResume(services, _journals).OpenAsync(session.Context, request, cancellationToken).ConfigureAwait(false);
            session.Run = run;
            var total = RunPlan.Count(run.Remaining, null, run.Deployment.Spec);
            var result = await session.WithProgressAsync(total, progress => new UpgradeRunner(run, progress).ResumeAsync(cancellationToken)).ConfigureAwait(false);
            if (await new DownUndo(_journals).SettleAsync(session.Context, CancellationToken.None).ConfigureAwait(false) is { } undone) session.Operation.Verbose(undone.Message!);
            return result;
        },
        null,
        cancellationToken,
        await PatienceAsync(context, request.RunId, request.Timeout, static run => run.Outcome is not (UpgradeOutcome.Succeeded or UpgradeOutcome.RolledBack), cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<UndoPlan> PlanUndoAsync(DeploymentContext context, UndoRequest request, CancellationToken cancellationToken) =>
        (await new UndoPlanner(services, _journals).PlanAsync(context, request, holdsLock: false, counts: true, cancellationToken).ConfigureAwait(false)).Plan;

    /// <inheritdoc/>
    public async Task<UpgradeResult> UndoAsync(DeploymentContext context, UndoRequest request, CancellationToken cancellationToken) => await RunSession.WithAsync(
        services,
        context,
        $"Undo of an upgrade of {context.Deployment.Name}",
        "the undo of an upgrade",
        session => UndoAsync(session, request, cancellationToken),
        null,
        cancellationToken,
        await PatienceAsync(context, request.RunId, request.Timeout, static run => run.Undo is not { EndedOn: not null }, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task CheckStageAsync(DeploymentContext context, Stage stage, bool force, CancellationToken cancellationToken) =>
        new StageCheck(_journals).CheckAsync(context, stage, force, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UpgradeRun>> ListAsync(AppDeployment? deployment, CancellationToken cancellationToken)
    {
        var runs = await _journals.ListAsync(deployment, NullOperationContext.Instance, cancellationToken).ConfigureAwait(false);
        var heads = new Dictionary<IUpgradeJournal, string?>();
        foreach (var journal in runs.Select(static run => run.Journal).Distinct()) heads[journal] = await journal.ReadHeadAsync(cancellationToken).ConfigureAwait(false);
        return [.. runs.Select(run => RunState.Shown(run.Document) with { HistoryHead = heads[run.Journal] })];
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<HistoryTestResult>> TestHistoryAsync(AppDeployment? deployment, string? head, CancellationToken cancellationToken) =>
        _journals.TestHistoryAsync(deployment, head, cancellationToken);

    /// <inheritdoc/>
    public Task<UpgradeRun> CompleteAsync(DeploymentContext context, string runId, CancellationToken cancellationToken) =>
        new RunCompletion(services, _journals).CompleteAsync(context, runId, cancellationToken);

    /// <summary>How long a run that is gone on with waits for what it needs: as long as for its application. One that is not, which is told once the locks are held, waits for nothing.</summary>
    private async Task<TimeSpan> PatienceAsync(DeploymentContext context, string? runId, TimeSpan? asked, Func<UpgradeRun, bool> goesOn, CancellationToken cancellationToken)
    {
        try
        {
            var (document, _, _) = await _journals.FindAsync(context, runId, cancellationToken).ConfigureAwait(false);
            if (!goesOn(document.Run)) return TimeSpan.Zero;
            return services.ServerPatience ?? asked ?? document.Request.Timeout ?? TimeSpan.FromMinutes(context.Spec.Health.TimeoutMinutes);
        }
        catch (UpgradeException)
        {
            return TimeSpan.Zero;
        }
    }

    private async Task<UpgradeResult> UndoAsync(RunSession session, UndoRequest request, CancellationToken cancellationToken)
    {
        if (session.LockFailure is { } failure) ExceptionDispatchInfo.Throw(failure);
        await new DownUndo(_journals).SettleAsync(session.Context, cancellationToken).ConfigureAwait(false);
        var (plan, source, document, journal) = await new UndoPlanner(services, _journals).PlanAsync(session.Context, request, holdsLock: true, counts: true, cancellationToken).ConfigureAwait(false);
        if (plan is { Nothing: null, Strategy: UndoStrategy.MigrateDown }) return await UndoByMigratingDownAsync(session, request, plan, document, cancellationToken).ConfigureAwait(false);
        if (source is not null) return await new RunUndo(services, session, plan, source).RunAsync(document, journal, request.Timeout, cancellationToken).ConfigureAwait(false);
        session.Operation.Warning(plan.Nothing!);
        return document.Run.Outcome is null ? await CloseAsync(document, journal, plan.Nothing!).ConfigureAwait(false) : UpgradeResults.From(plan.Run with { Message = plan.Nothing, HistoryHead = await journal.ReadHeadAsync(cancellationToken).ConfigureAwait(false) });
    }

    /// <summary>A run of its own migrates down; once it has, the run is written down as undone. One that was taken back is the result: the newer version runs on.</summary>
    private async Task<UpgradeResult> UndoByMigratingDownAsync(RunSession session, UndoRequest request, UndoPlan plan, RunDocument document, CancellationToken cancellationToken)
    {
        var wanted = new MigrateDownRequest
        {
            To = document.Run.From.Text,
            BackupDestination = document.Request.BackupDestination,
            BaseUrl = document.Request.BaseUrl,
            Registry = document.Request.Registry,
            Timeout = request.Timeout ?? document.Request.Timeout,
            Force = request.Force,
        };
        var down = await new MigrateDownService(services).RunAsync(session, wanted, new UndoOrder { RunId = document.Run.RunId, Reason = plan.Reason }, cancellationToken).ConfigureAwait(false);
        return await new DownUndo(_journals).SettleAsync(session.Context, CancellationToken.None).ConfigureAwait(false) is { } undone ? UpgradeResults.From(undone) : down;
    }

    private RunContext Begin(DeploymentContext context, UpgradePath path, UpgradeRequest request, Exception? lockFailure)
    {
        var document = new RunDocument
        {
            Holder = RunHolder.Current(),
            FromEdition = context.Deployment.Edition,
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

    /// <summary>
    /// Looks at the run before. One that was cut short between two versions is in the way: its journal knows more than a new run could find out.
    /// One that left the application at a version is closed, and said.
    /// </summary>
    /// <param name="context">The deployment; its lock is held.</param>
    /// <param name="force">Whether a new run begins all the same.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>RunInterrupted</c>.</exception>
    public async Task CloseEarlierAsync(DeploymentContext context, bool force, CancellationToken cancellationToken)
    {
        var runs = await _journals.ListAsync(context.Deployment, context.Operation, cancellationToken).ConfigureAwait(false);
        if (runs.Count == 0 || !RunState.IsInterrupted(runs[0].Document, holdsLock: true)) return;
        var (document, journal) = runs[0];
        var told = RunState.Told(document);
        if (RunState.IsHalfWay(document) && !force)
        {
            throw new UpgradeException("RunInterrupted", UpgradeErrorCategory.InvalidOperation, context.Deployment.Name, $"'{context.Deployment.Name}' can't be upgraded now. {told}", "With -Force a new run begins from what is installed now.");
        }

        context.Operation.Warning($"{told} A new run begins in its stead.");
        await CloseAsync(document, journal, told).ConfigureAwait(false);
    }

    // It was cut short where a version was in place: there is nothing to take back, and nobody works on it any more.
    private static async Task<UpgradeResult> CloseAsync(RunDocument document, IUpgradeJournal journal, string told)
    {
        var run = document.Run with { Outcome = UpgradeOutcome.RolledBack, EndedOn = document.SavedOn, Error = told, ErrorId = "RunInterrupted", Message = told };
        var head = await journal.EndAsync(document with { Run = run, Back = null, Hop = null, DownSince = null }, CancellationToken.None).ConfigureAwait(false);
        return UpgradeResults.From(run with { HistoryHead = head });
    }

    /// <summary>Finds the steps after the present version that the last run paused at: a path from here no longer has them.</summary>
    private async Task<StepsAfter?> PendingAsync(DeploymentContext context, UpgradePath path, CancellationToken cancellationToken)
    {
        var runs = await _journals.ListAsync(context.Deployment, context.Operation, cancellationToken).ConfigureAwait(false);
        if (runs.Count == 0) return null;
        var last = runs[0].Document;
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
