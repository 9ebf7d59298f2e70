using System.Globalization;
using System.Security.Cryptography;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades.MigrateDown;

/// <summary>
/// Migrates down as a run like an upgrade's: the same actions, journal and way back. A failure anywhere ends in the state before, by the copy that is
/// taken right after the stop, with the newer version started again.
/// </summary>
internal sealed class MigrateDownService(UpgradeServices services) : IMigrateDown
{
    private readonly RunJournals _journals = new(services.Store);

    /// <inheritdoc/>
    public async Task<UpgradePath> PlanAsync(DeploymentContext context, MigrateDownRequest request, CancellationToken cancellationToken) =>
        (await WorkOutAsync(context, request.To, request.Force, cancellationToken).ConfigureAwait(false)).Path;

    /// <inheritdoc/>
    public Task<UpgradeResult> RunAsync(DeploymentContext context, MigrateDownRequest request, CancellationToken cancellationToken) => RunSession.WithAsync(
        services,
        context,
        $"Migration down of {context.Deployment.Name}",
        "a migration down",
        session => RunAsync(session, request, null, cancellationToken),
        null,
        cancellationToken);

    /// <summary>Migrates down within a session, whose locks are held.</summary>
    /// <param name="session">The session.</param>
    /// <param name="request">Where to and how.</param>
    /// <param name="undoes">The run that it undoes; <see langword="null"/> for one of its own.</param>
    /// <param name="cancellationToken">Cancelling goes back first.</param>
    public async Task<UpgradeResult> RunAsync(RunSession session, MigrateDownRequest request, UndoOrder? undoes, CancellationToken cancellationToken)
    {
        await new UpgradeService(services).CloseEarlierAsync(session.Context, request.Force, cancellationToken).ConfigureAwait(false);
        var plan = await WorkOutAsync(session.Context, request.To, request.Force, cancellationToken).ConfigureAwait(false);
        foreach (var warning in plan.Path.Warnings) session.Operation.Warning(warning);
        var run = session.Run = Begin(session.Context, plan.Path, request.ToRun(), undoes, session.LockFailure);
        var total = RunPlan.Count(plan.Path, null, run.Deployment.Spec);
        return await session.WithProgressAsync(total, progress => new UpgradeRunner(run, progress).RunAsync(null, cancellationToken)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<RollbackJudgement> JudgeAsync(DeploymentContext context, RollbackQuestion question, CancellationToken cancellationToken) =>
        new RollbackJudge(services).JudgeAsync(context, question, cancellationToken);

    /// <inheritdoc/>
    public async Task<RollbackJudgement> JudgeAsync(DeploymentContext context, string runId, CancellationToken cancellationToken)
    {
        var runs = await _journals.ListAsync(context.Deployment, context.Operation, cancellationToken).ConfigureAwait(false);
        var found = runs.Select(run => run.Document).FirstOrDefault(run => string.Equals(run.Run.RunId, runId, StringComparison.OrdinalIgnoreCase))
            ?? throw new UpgradeException("RunNotFound", UpgradeErrorCategory.ObjectNotFound, runId, $"There is no upgrade run '{runId}' of {context.Deployment.Name}.", "Get-UpgradeRun lists them.");
        var installed = await InstalledAsync(context, cancellationToken).ConfigureAwait(false);
        return await JudgeAsync(context, RollbackJudge.QuestionOf(found, installed), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads what is recorded, and works out the way down.</summary>
    private async Task<DownPlan> WorkOutAsync(DeploymentContext context, string? to, bool force, CancellationToken cancellationToken)
    {
        var deployment = context.Deployment;
        if (context.Spec.Migrations is not { DownCommand.Count: > 0 } spec || deployment.Database is null)
        {
            throw new UpgradeException("MigrateDownNotSupported", UpgradeErrorCategory.InvalidOperation, deployment.Name, $"{context.Spec.DisplayName} can't migrate down: {(deployment.Database is null ? $"the database of '{deployment.Name}' is not known" : "its definition names no command for it")}.", "Go back by the data instead: Restore-AppDatabase with the backup from before the upgrade.");
        }

        var installed = await InstalledAsync(context, cancellationToken).ConfigureAwait(false);
        var records = await RecordedLists.ReadAsync(services, context, cancellationToken).ConfigureAwait(false);
        var database = await services.OpenDatabase(context, cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            var entries = await services.Migrations.ListAsync(spec, database, cancellationToken).ConfigureAwait(false);
            return DownPlanner.Plan(context.Spec, new DownQuestion
            {
                From = installed,
                To = to,
                Before = records.Before(installed),
                Edition = VersionScheme.Of(context.Spec).EditionOf(installed) ?? VersionScheme.Of(context.Spec).EditionId(deployment.Edition),
                Names = [.. entries.Select(entry => entry.Name)],
                Recorded = records.ByVersion,
                Force = force,
                Deployment = deployment,
            });
        }
    }

    private async Task<AppVersion> InstalledAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var installed = await services.Hosts(context.Deployment.HostKind).ReadInstalledVersionAsync(context, cancellationToken).ConfigureAwait(false)
            ?? (await services.Prober.ProbeAsync(context, null, deep: false, cancellationToken).ConfigureAwait(false))?.Version
            ?? context.Deployment.Version;
        return installed ?? throw new UpgradeException(
            "VersionUnknown", UpgradeErrorCategory.InvalidData, context.Deployment.Name, $"The version of '{context.Deployment.Name}' is not known: neither its artifact nor the application tells it.", "Start the application, or set the deployment's version.");
    }

    private RunContext Begin(DeploymentContext context, UpgradePath path, UpgradeRequest request, UndoOrder? undoes, Exception? lockFailure)
    {
        var now = DateTimeOffset.UtcNow;
        var document = new RunDocument
        {
            Holder = RunHolder.Current(),
            FromEdition = context.Deployment.Edition,
            Run = new UpgradeRun
            {
                RunId = string.Create(CultureInfo.InvariantCulture, $"{now:yyyyMMdd-HHmmss}-{Convert.ToHexString(RandomNumberGenerator.GetBytes(3)).ToLowerInvariant()}"),
                Kind = UpgradeRunKind.MigrateDown,
                Deployment = context.Deployment with { Version = path.From },
                From = path.From,
                To = path.To,
                Reached = path.From,
                StartedOn = now,
                By = $"{Environment.UserName}@{Environment.MachineName}",
            },
            Undoes = undoes,
            Path = path with { Deployment = null },
            Request = request with { BaseUrl = Addresses.WithoutLogin(request.BaseUrl), Registry = Addresses.RegistryWithoutLogin(request.Registry), ArtifactPath = Addresses.WithoutLogin(request.ArtifactPath) },
        };
        var recorder = new RunRecorder(document, _journals.For(context.Deployment, request.BackupDestination), context.Operation);
        var run = new RunContext { Services = services, Request = request, Path = path, Recorder = recorder, Deployment = context, LockFailure = lockFailure };
        run.MoveTo(path.From, context.Deployment.Edition);
        run.StartFrom(path.From);
        return run;
    }
}
