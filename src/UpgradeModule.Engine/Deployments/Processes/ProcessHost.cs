using UpgradeModule.Engine.Deployments.Files;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Deployments.Clones;
using UpgradeModule.Engine.Deployments.Commands;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>The host kind <see cref="AppHostKind.Process"/>: a command that this module starts and tracks itself.</summary>
internal sealed class ProcessHost : IAppHost
{
    private readonly IArtifactFetcher _artifacts;
    private readonly FileSources _sources;
    private readonly ProcessTracker _tracker;
    private readonly ProcessStarter _starter;
    private readonly ProcessStopper _stopper;
    private readonly IProcessSystem _system;
    private readonly ConcurrentDictionary<string, SecretRedactor> _redactors = new(StringComparer.Ordinal);

    /// <summary>Makes the host.</summary>
    /// <param name="artifacts">Reads the version that a file tells of itself.</param>
    public ProcessHost(IArtifactFetcher artifacts)
    {
        _artifacts = artifacts;
        _sources = new FileSources(artifacts);
        _system = OperatingSystem.IsWindows() ? new WindowsProcessSystem() : new UnixProcessSystem();
        _tracker = new ProcessTracker(_system);
        _starter = new ProcessStarter(_system, _tracker);
        _stopper = new ProcessStopper(_system);
    }

    /// <inheritdoc/>
    public AppHostKind Kind => AppHostKind.Process;

    /// <inheritdoc/>
    public async Task<AppService> GetServiceAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var folder = DeploymentFolder.Of(context);
        if (_tracker.Running(context) is { } running)
        {
            return Service(context, folder) with
            {
                Status = ProcessTracker.WasAskedToStop(folder, running) ? AppServiceStatus.Stopping : AppServiceStatus.Running,
                ProcessId = _system.Remaining(running) ?? running.ProcessId,
                StartedOn = _system.StartedOn(running),
            };
        }

        return await EndedAsync(context, folder, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<AppService> StartAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var folder = DeploymentFolder.Of(context);
        if (_tracker.Running(context) is null)
        {
            await EndLeftCommandsAsync(context, cancellationToken).ConfigureAwait(false);
            var settings = await ProcessEnvironment.ReadAsync(context, cancellationToken).ConfigureAwait(false);
            var redactor = await RedactorAsync(context, settings, cancellationToken).ConfigureAwait(false);
            var command = CommandLine.Of(context, await VersionToRunAsync(context, cancellationToken).ConfigureAwait(false));
            await _starter.StartAsync(context, command, folder, settings, redactor, LogPath(context, folder), cancellationToken).ConfigureAwait(false);
        }

        return await GetServiceAsync(context, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<AppService> StopAsync(DeploymentContext context, TimeSpan? grace, CancellationToken cancellationToken)
    {
        var folder = DeploymentFolder.Of(context);
        if (_tracker.Running(context) is { } running)
        {
            var patience = grace ?? context.Deployment.Settings.StopTimeout ?? TimeSpan.FromSeconds(context.Spec.Start.GraceSeconds);
            await _stopper.StopAsync(context, folder, running, patience, cancellationToken).ConfigureAwait(false);
        }

        return await EndedAsync(context, folder, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<AppSettings> ReadSettingsAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var settings = await ProcessEnvironment.ReadAsync(context, cancellationToken).ConfigureAwait(false);
        await CompleteAsync(context, settings, lenient: false, cancellationToken).ConfigureAwait(false);
        return settings;
    }

    /// <inheritdoc/>
    public async Task<AppVersion?> ReadInstalledVersionAsync(DeploymentContext context, CancellationToken cancellationToken) =>
        context.Deployment.Settings.ArtifactPath is { Length: > 0 } path && File.Exists(path)
            ? await _artifacts.ReadVersionAsync(context.Spec, path, cancellationToken).ConfigureAwait(false)
            : null;

    /// <inheritdoc/>
    public Task<InstallSource> FetchAsync(DeploymentContext context, SourceRequest request, CancellationToken cancellationToken) => _sources.FetchAsync(context, request, cancellationToken);

    /// <inheritdoc/>
    public Task<SourceCheck> CheckSourceAsync(DeploymentContext context, SourceRequest request, CancellationToken cancellationToken) => _sources.CheckAsync(context, request, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> IsInstalledAsync(DeploymentContext context, InstallSource source, CancellationToken cancellationToken) => ArtifactSwapper.IsInstalledAsync(context, source.Artifact!, cancellationToken);

    /// <inheritdoc/>
    public async Task<ReturnPoint> SwapAsync(DeploymentContext context, InstallSource source, string label, CancellationToken cancellationToken)
    {
        DemandStopped(context, $"The artifact of '{context.Deployment.Name}' can't be swapped");
        await EndLeftCommandsAsync(context, cancellationToken).ConfigureAwait(false);
        var version = context.Deployment.Version ?? await ReadInstalledVersionAsync(context, cancellationToken).ConfigureAwait(false);
        return await ArtifactSwapper.SwapAsync(context, source.Artifact!, label, version, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task UndoSwapAsync(DeploymentContext context, ReturnPoint point, CancellationToken cancellationToken)
    {
        DemandStopped(context, $"The artifact of '{context.Deployment.Name}' can't be put back");
        await ArtifactSwapper.UndoAsync(context, point, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task DropAsync(DeploymentContext context, ReturnPoint point, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArtifactSwapper.Drop(context, point);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ReadLogAsync(DeploymentContext context, int lines, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var folder = DeploymentFolder.Of(context);

        // Lines carry no date that could be relied on; the log's length at the start of the last run does. What somebody started by hand writes
        // elsewhere.
        if (since is not null && _tracker.Running(context) is { Token: "" }) return [];
        var offset = since is null ? 0 : ProcessTracker.Tracked(folder)?.LogOffset ?? 0;
        var found = await LogTail.ReadAsync(LogPath(context, folder), lines, offset, cancellationToken).ConfigureAwait(false);
        if (found.Count == 0) return found;
        var redactor = await RedactorAsync(context, cancellationToken).ConfigureAwait(false);
        return [.. found.Select(redactor.Redact)];
    }

    /// <inheritdoc/>
    public Task<IAsyncDisposable> LockAsync(DeploymentContext context, string purpose, CancellationToken cancellationToken) =>
        DeploymentLock.TakeAsync(context, purpose, cancellationToken);

    /// <inheritdoc/>
    public Task<string?> FindJavaAsync(DeploymentContext context, AppVersion version, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var program = CommandLine.Of(context, version).Program;

        // A script that starts Java itself chooses its Java itself.
        return Task.FromResult(JavaChoice.IsJava(program) ? program : null);
    }

    /// <inheritdoc/>
    public async Task<CommandOutcome> RunOnceAsync(DeploymentContext context, OneOffCommand command, IProgress<string>? output, CancellationToken cancellationToken)
    {
        var line = CommandLine.Of(context, command).LaunchedBy(context.Cloned?.Launcher ?? []);
        DemandStopped(context, $"The command for {command.Purpose} of '{context.Deployment.Name}' can't be run");
        await EndLeftCommandsAsync(context, cancellationToken).ConfigureAwait(false);
        var settings = await ProcessEnvironment.ReadAsync(context, cancellationToken).ConfigureAwait(false);
        var plan = new OneOffPlan
        {
            Program = line.Program,
            Arguments = line.Arguments,
            WorkingDirectory = CommandLine.WorkingDirectory(context),
            Environment = ProcessEnvironment.Whole(settings),
            Redactor = await RedactorAsync(context, settings, cancellationToken).ConfigureAwait(false),
            Log = LogPath(context, DeploymentFolder.Of(context)),
            Timeout = command.Timeout,
            Deployment = context.Deployment.Name,
            Mark = DeploymentFolder.Of(context).Path,
            Purpose = command.Purpose,
        };
        return await OneOffProcess.RunAsync(plan, output, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task EndLeftCommandsAsync(DeploymentContext context, CancellationToken cancellationToken) => LeftProcesses.EndAsync(DeploymentFolder.Of(context).Path, context, cancellationToken);

    /// <inheritdoc/>
    public async Task<IAppClone> CloneAsync(DeploymentContext context, CloneRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await ProcessClone.OpenAsync(this, context, request, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<int> EndLeftClonesAsync(DeploymentContext context, Func<string, bool> isLeft, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await LeftClones.EndAsync(isLeft).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<DatabaseTarget> ReachAsync(DeploymentContext context, DatabaseTarget database, CancellationToken cancellationToken) => Task.FromResult(database);

    /// <inheritdoc/>
    public Task NoteRegistrationAsync(AppDeployment deployment, bool registered, CancellationToken cancellationToken) =>
        ProcessTracker.NoteRegistrationAsync(DeploymentFolder.Of(deployment), registered, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<AppDeployment> FindAsync(IReadOnlyList<AppSpec> specs, FindRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var found in await Task.Run(() => ProcessFinder.Find(specs, request), cancellationToken).ConfigureAwait(false)) yield return found;
    }

    // What lies there is what will run; a record may be of before a swap by hand.
    private async Task<AppVersion?> VersionToRunAsync(DeploymentContext context, CancellationToken cancellationToken) => context.Deployment.Settings.JavaPath.Count == 0
        ? null
        : await ReadInstalledVersionAsync(context, cancellationToken).ConfigureAwait(false) ?? context.Deployment.Version;

    private static Task CompleteAsync(DeploymentContext context, AppSettings settings, bool lenient, CancellationToken cancellationToken) =>
        SettingsCompletion.AddAsync(context, settings, context.Deployment.Settings.Arguments, CommandLine.WorkingDirectory(context), lenient, cancellationToken);

    private static string LogPath(DeploymentContext context, DeploymentFolder folder) =>
        context.Deployment.Settings.LogPath is { Length: > 0 } path ? path : folder.DefaultLog;

    private static AppService Service(DeploymentContext context, DeploymentFolder folder) => new()
    {
        Deployment = context.Deployment,
        HostKind = AppHostKind.Process,
        Status = AppServiceStatus.Stopped,
        LogPath = LogPath(context, folder),
    };

    private async Task<AppService> EndedAsync(DeploymentContext context, DeploymentFolder folder, CancellationToken cancellationToken)
    {
        var service = Service(context, folder);
        if (ProcessTracker.Tracked(folder) is not { } last) return service;
        var code = await _tracker.ExitCodeAsync(folder, last, cancellationToken).ConfigureAwait(false);

        // A start removes the note of the stop before: one that is there is newer than the last start.
        var crashed = !File.Exists(folder.StopFile) && (code is { } known ? !context.Spec.Start.SuccessExitCodes.Contains(known) : OperatingSystem.IsWindows());
        return service with { ExitCode = code, Status = crashed ? AppServiceStatus.Crashed : AppServiceStatus.Stopped };
    }

    private void DemandStopped(DeploymentContext context, string what)
    {
        if (_tracker.Running(context) is not { } running) return;
        throw new UpgradeException(
            "ServiceRunning",
            UpgradeErrorCategory.ResourceBusy,
            context.Deployment.Name,
            $"{what} while its service runs (process {running.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)}).",
            "Stop it first, with Stop-AppService.");
    }

    private async Task<SecretRedactor> RedactorAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        if (_redactors.TryGetValue(DeploymentFolder.Of(context).Path, out var known)) return known;
        try
        {
            var settings = await ProcessEnvironment.ReadAsync(context, cancellationToken).ConfigureAwait(false);
            return await RedactorAsync(context, settings, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException)
        {
            // A secret that can't be read now can't be looked for; what looks like one is still masked.
            return new SecretRedactor([]);
        }
    }

    // The application knows more secrets than its environment holds: those in files that settings name, and a JVM's properties.
    private async Task<SecretRedactor> RedactorAsync(DeploymentContext context, AppSettings environment, CancellationToken cancellationToken)
    {
        var settings = new AppSettings();
        foreach (var name in environment.Names) settings.Set(name, environment.Get(name) ?? "", environment.SourceOf(name) ?? "");
        await CompleteAsync(context, settings, lenient: true, cancellationToken).ConfigureAwait(false);
        return _redactors[DeploymentFolder.Of(context).Path] = SecretRedactor.For(settings, context.Spec.Settings, context.Deployment.Settings.EnvironmentReferences.Keys);
    }
}
