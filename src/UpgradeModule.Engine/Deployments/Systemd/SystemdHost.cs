using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Deployments.Commands;
using UpgradeModule.Engine.Deployments.Files;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>The host kind <see cref="AppHostKind.Systemd"/>: a service that systemd runs, from a file that an upgrade swaps.</summary>
internal sealed class SystemdHost : IAppHost
{
    private readonly IArtifactFetcher _artifacts;
    private readonly FileSources _sources;
    private readonly Units _units;
    private readonly UnitControl _control;
    private readonly UnitReader _reader;
    private readonly Journal _journal;
    private readonly UnitStarter _starter;
    private readonly UnitStopper _stopper;
    private readonly JavaDropIn _java;
    private readonly UnitFinder _finder;

    /// <summary>Makes the host.</summary>
    /// <param name="artifacts">Reads the version that a file tells of itself.</param>
    /// <param name="programs">Runs systemd's programs; those of this machine where <see langword="null"/>.</param>
    public SystemdHost(IArtifactFetcher artifacts, ISystemdPrograms? programs = null)
    {
        programs ??= new SystemdPrograms();
        var reader = _reader = new UnitReader(programs);
        var control = _control = new UnitControl(programs);
        _artifacts = artifacts;
        _sources = new FileSources(artifacts);
        _units = new Units(reader);
        _journal = new Journal(programs);
        _starter = new UnitStarter(reader, control, _journal);
        _stopper = new UnitStopper(reader, control);
        _java = new JavaDropIn(control);
        _finder = new UnitFinder(reader, _units, artifacts);
    }

    /// <inheritdoc/>
    public AppHostKind Kind => AppHostKind.Systemd;

    /// <inheritdoc/>
    public async Task<AppService> GetServiceAsync(DeploymentContext context, CancellationToken cancellationToken) =>
        Service(context, await _units.StateAsync(context, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public async Task<AppService> StartAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var unit = await _units.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        await EndLeftCommandsAsync(unit, cancellationToken).ConfigureAwait(false);
        await _starter.StartAsync(unit, cancellationToken).ConfigureAwait(false);
        return await GetServiceAsync(context, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<AppService> StopAsync(DeploymentContext context, TimeSpan? grace, CancellationToken cancellationToken)
    {
        var unit = await _units.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        return Service(context, await _stopper.StopAsync(unit, grace ?? context.Deployment.Settings.StopTimeout, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async Task<AppSettings> ReadSettingsAsync(DeploymentContext context, CancellationToken cancellationToken) =>
        await UnitSettings.ReadAsync(await _units.OpenAsync(context, cancellationToken).ConfigureAwait(false), lenient: false, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<AppDeployment> CompleteAsync(DeploymentContext context, CancellationToken cancellationToken) =>
        (await _units.OpenAsync(context, cancellationToken).ConfigureAwait(false)).Context.Deployment;

    /// <inheritdoc/>
    public async Task<AppVersion?> ReadInstalledVersionAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var unit = await _units.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        return unit.Context.Deployment.Settings.ArtifactPath is { Length: > 0 } path && File.Exists(path)
            ? await _artifacts.ReadVersionAsync(context.Spec, path, cancellationToken).ConfigureAwait(false)
            : null;
    }

    /// <inheritdoc/>
    public async Task<InstallSource> FetchAsync(DeploymentContext context, SourceRequest request, CancellationToken cancellationToken) =>
        await _sources.FetchAsync((await _units.OpenAsync(context, cancellationToken).ConfigureAwait(false)).Context, request, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<SourceCheck> CheckSourceAsync(DeploymentContext context, SourceRequest request, CancellationToken cancellationToken) =>
        await _sources.CheckAsync((await _units.OpenAsync(context, cancellationToken).ConfigureAwait(false)).Context, request, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<bool> IsInstalledAsync(DeploymentContext context, InstallSource source, CancellationToken cancellationToken) =>
        await ArtifactSwapper.IsInstalledAsync((await _units.OpenAsync(context, cancellationToken).ConfigureAwait(false)).Context, source.Artifact!, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<ReturnPoint> SwapAsync(DeploymentContext context, InstallSource source, string label, CancellationToken cancellationToken)
    {
        var unit = await DownAsync(context, $"The artifact of '{context.Deployment.Name}' can't be swapped", cancellationToken).ConfigureAwait(false);
        DemandSameFile(unit);
        await EndLeftCommandsAsync(unit, cancellationToken).ConfigureAwait(false);
        var version = context.Deployment.Version ?? await ReadInstalledVersionAsync(context, cancellationToken).ConfigureAwait(false);
        var point = await ArtifactSwapper.SwapAsync(unit.Context, source.Artifact!, label, version, cancellationToken).ConfigureAwait(false);
        try
        {
            var java = await _java.ApplyAsync(unit, source.Version, label, cancellationToken).ConfigureAwait(false);
            return point with { Data = new Dictionary<string, string>([.. point.Data, .. java]) };
        }
        catch
        {
            // A new artifact with an old Java is neither here nor there.
            await ArtifactSwapper.UndoAsync(unit.Context, point, CancellationToken.None).ConfigureAwait(false);
            await _java.UndoAsync(unit, label, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task UndoSwapAsync(DeploymentContext context, ReturnPoint point, CancellationToken cancellationToken)
    {
        var unit = await DownAsync(context, $"The artifact of '{context.Deployment.Name}' can't be put back", cancellationToken).ConfigureAwait(false);
        await ArtifactSwapper.UndoAsync(unit.Context, point, cancellationToken).ConfigureAwait(false);
        await _java.UndoAsync(unit, point, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task DropAsync(DeploymentContext context, ReturnPoint point, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        JavaDropIn.Drop(point);
        ArtifactSwapper.Drop(context, point);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<string?> FindJavaAsync(DeploymentContext context, AppVersion version, CancellationToken cancellationToken)
    {
        var unit = await _units.OpenAsync(context, cancellationToken).ConfigureAwait(false);

        if (JavaChoice.For(unit.Context, version) is { } java)
        {
            JavaDropIn.Demand(unit);
            return java;
        }


        // A script that starts Java itself chooses its Java itself.
        return unit.Definition.Command is { } command && JavaChoice.IsJava(command.Path) ? command.Path : null;
    }

    /// <inheritdoc/>
    public async Task<RightsCheck> CheckRightsAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var unit = await _units.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        return await _control.CheckAsync(unit.Id, changes: context.Deployment.Settings.JavaPath.Count > 0, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a deployment's unit.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DeploymentInvalid</c>, <c>UnitNotFound</c>, <c>UnitInvalid</c>, <c>SystemdNotAvailable</c>.</exception>
    public Task<Unit> OpenAsync(DeploymentContext context, CancellationToken cancellationToken) => _units.OpenAsync(context, cancellationToken);

    /// <summary>Tells which units run now that systemd stops with a unit and doesn't start with it.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<IReadOnlyList<string>> StoppedWithAsync(Unit unit, CancellationToken cancellationToken) => _stopper.RunningAsync(unit, cancellationToken);

    /// <inheritdoc/>
    public async Task<CommandOutcome> RunOnceAsync(DeploymentContext context, OneOffCommand command, IProgress<string>? output, CancellationToken cancellationToken)
    {
        var unit = await DownAsync(context, $"The command for {command.Purpose} of '{context.Deployment.Name}' can't be run", cancellationToken).ConfigureAwait(false);
        await EndLeftCommandsAsync(unit, cancellationToken).ConfigureAwait(false);
        return await OneOffProcess.RunAsync(await UnitOneOff.PlanAsync(unit, command, cancellationToken).ConfigureAwait(false), output, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task EndLeftCommandsAsync(DeploymentContext context, CancellationToken cancellationToken) =>
        await EndLeftCommandsAsync(await _units.OpenAsync(context, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<DeploymentContext> AsProcessAsync(DeploymentContext context, CancellationToken cancellationToken) =>
        await UnitProcess.OfAsync(await _units.OpenAsync(context, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task<DatabaseTarget> ReachAsync(DeploymentContext context, DatabaseTarget database, CancellationToken cancellationToken) => Task.FromResult(database);

    /// <inheritdoc/>
    public IAsyncEnumerable<AppDeployment> FindAsync(IReadOnlyList<AppSpec> specs, FindRequest request, CancellationToken cancellationToken) => _finder.FindAsync(specs, request, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<HostPlace>> ListPlacesAsync(FindRequest request, CancellationToken cancellationToken) =>
        [.. (await _reader.NamesAsync(cancellationToken).ConfigureAwait(false)).Select(static name => new HostPlace(name, ""))];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ReadLogAsync(DeploymentContext context, int lines, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var unit = await _units.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        var found = await _journal.ReadAsync(unit.Id, lines, since, context.Operation, cancellationToken).ConfigureAwait(false);
        if (found.Count == 0) return found;
        var redactor = await UnitSettings.RedactorAsync(unit, cancellationToken).ConfigureAwait(false);
        return [.. found.Select(redactor.Redact)];
    }

    /// <inheritdoc/>
    public async Task<IAsyncDisposable> LockAsync(DeploymentContext context, string purpose, CancellationToken cancellationToken)
    {
        var unit = await _units.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        try
        {
            return await DeploymentLock.TakeAsync(unit.Context, purpose, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure) when (failure.ErrorId == "PermissionMissing")
        {
            throw SystemdErrors.Denied($"write to '{failure.Target}', where '{context.Deployment.Name}' is locked and what an upgrade keeps lies", null, unit.Id, failure);
        }
    }

    private static AppService Service(DeploymentContext context, UnitState state) => new()
    {
        Deployment = context.Deployment,
        HostKind = AppHostKind.Systemd,
        Status = Status(context, state),
        ProcessId = state.MainProcess,
        StartedOn = state.MainProcess is null ? null : state.StartedOn,
        ExitCode = state.MainProcess is null ? state.ExitCode : null,
        Restarts = state.Restarts,
    };

    /// <summary>What a unit is doing, in one word. What ended with a code that the definition calls a success has not crashed, whatever the unit calls it: a JVM's 143, say.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="state">What its unit is doing.</param>
    internal static AppServiceStatus Status(DeploymentContext context, UnitState state) => state.ActiveState switch
    {
        "active" or "reloading" or "refreshing" => AppServiceStatus.Running,
        "activating" => state.IsRestarting ? AppServiceStatus.Restarting : AppServiceStatus.Starting,
        "deactivating" => AppServiceStatus.Stopping,
        "inactive" => state.HasJob ? AppServiceStatus.Starting : AppServiceStatus.Stopped,
        "failed" => state.ExitCode is { } code && state.Result == "exit-code" && context.Spec.Start.SuccessExitCodes.Contains(code) ? AppServiceStatus.Stopped : AppServiceStatus.Crashed,
        _ => AppServiceStatus.Unknown,
    };

    private static Task EndLeftCommandsAsync(Unit unit, CancellationToken cancellationToken) => LeftProcesses.EndAsync(UnitOneOff.Mark(unit), unit.Context, cancellationToken);

    // A unit that was changed since runs another file: swapping the one that the deployment names would change nothing.
    private static void DemandSameFile(Unit unit)
    {
        var deployment = unit.Context.Deployment;
        if (unit.Definition.Command is not { } command || UnitArtifact.Find(command, unit.Context.Spec, unit.WorkingDirectory) is not { } runs || deployment.Settings.ArtifactPath is not { } named || Target(runs) == Target(named)) return;
        throw new UpgradeException("DeploymentInvalid", UpgradeErrorCategory.InvalidData, deployment.Name, $"The unit '{unit.Id}' runs '{runs}', and the deployment '{deployment.Name}' names '{named}' as its artifact.", "Set the right one with Set-AppDeployment -ArtifactPath.");
    }

    private static string Target(string path) => new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);

    private async Task<Unit> DownAsync(DeploymentContext context, string what, CancellationToken cancellationToken)
    {
        var unit = await _units.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        return unit.State.IsDown ? unit : throw SystemdErrors.Running(context.Deployment, unit.State, what);
    }
}
