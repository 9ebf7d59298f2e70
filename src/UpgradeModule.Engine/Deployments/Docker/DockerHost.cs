using System.Runtime.CompilerServices;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Deployments.Clones;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>The host kind <see cref="AppHostKind.Docker"/>: a container of a Docker or Podman engine.</summary>
/// <param name="open">Opens an engine by its address.</param>
internal sealed class DockerHost(Func<string?, IContainerEngine> open) : IAppHost, IAsyncDisposable
{
    private readonly DockerEngines _engines = new(open);

    /// <summary>Makes the host over the engines that there are.</summary>
    public DockerHost()
        : this(ContainerEngines.Open)
    {
    }

    /// <inheritdoc/>
    public AppHostKind Kind => AppHostKind.Docker;

    /// <inheritdoc/>
    public Task<AppDeployment> CompleteAsync(DeploymentContext context, CancellationToken cancellationToken) => ContainerDraft.CompleteAsync(Of(context), cancellationToken);

    /// <inheritdoc/>
    public Task<AppService> GetServiceAsync(DeploymentContext context, CancellationToken cancellationToken) => ContainerControl.LookAsync(Of(context), cancellationToken);

    /// <inheritdoc/>
    public async Task<AppService> StartAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        await EndLeftCommandsAsync(context, cancellationToken).ConfigureAwait(false);
        return await ContainerControl.StartAsync(Of(context), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<AppService> StopAsync(DeploymentContext context, TimeSpan? grace, CancellationToken cancellationToken) => ContainerControl.StopAsync(Of(context), grace, cancellationToken);

    /// <inheritdoc/>
    public async Task<AppSettings> ReadSettingsAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var deployment = Of(context);
        var container = await deployment.InspectAsync(cancellationToken).ConfigureAwait(false);
        return await ContainerSettings.ReadAsync(deployment.Engine, context, container, lenient: false, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<AppVersion?> ReadInstalledVersionAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var deployment = Of(context);
        if (await deployment.FindAsync(cancellationToken).ConfigureAwait(false) is not { } container) return null;

        // In the middle of a swap that was cut short neither version is installed; who asks for the new one is told of it by IsInstalledAsync.
        if (container.PlainName != deployment.Name && !container.Id.StartsWith(deployment.Name, StringComparison.OrdinalIgnoreCase)) return null;
        var image = await deployment.Engine.FindImageAsync(container.Image ?? "", cancellationToken).ConfigureAwait(false);
        return InstalledVersion.Of(context.Spec, container, image);
    }

    /// <inheritdoc/>
    public async Task<InstallSource> FetchAsync(DeploymentContext context, SourceRequest request, CancellationToken cancellationToken)
    {
        // Save-AppImage fetches for no container in particular.
        if (string.IsNullOrEmpty(context.Deployment.Settings.Container)) return await new ImageSources(_engines.At(context.Deployment.Settings.DockerHost), context).FetchAsync(request, null, cancellationToken).ConfigureAwait(false);
        var deployment = Of(context);
        var container = await deployment.FindAsync(cancellationToken).ConfigureAwait(false);
        return await new ImageSources(deployment.Engine, context).FetchAsync(request, container, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<SourceCheck> CheckSourceAsync(DeploymentContext context, SourceRequest request, CancellationToken cancellationToken)
    {
        var deployment = Of(context);
        var container = await deployment.FindAsync(cancellationToken).ConfigureAwait(false);
        return await new ImageSources(deployment.Engine, context).CheckAsync(request, container, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<bool> IsInstalledAsync(DeploymentContext context, InstallSource source, CancellationToken cancellationToken)
    {
        if (source.Image is not { } image) return false;
        var deployment = Of(context);
        var container = await deployment.Engine.FindContainerAsync(deployment.Name, cancellationToken).ConfigureAwait(false)
            ?? (await new SwapRecovery(deployment.Engine, context, deployment.Name).HalfDoneAsync(cancellationToken).ConfigureAwait(false))?.New;
        return container is not null && ImageReference.SameId(container.Image, image.ImageId);
    }

    /// <inheritdoc/>
    public async Task<ReturnPoint> SwapAsync(DeploymentContext context, InstallSource source, string label, CancellationToken cancellationToken)
    {
        var image = source.Image ?? throw new UpgradeException("ArtifactSwapFailed", UpgradeErrorCategory.InvalidArgument, context.Deployment.Name, $"'{context.Deployment.Name}' runs in a container, and {source} is no image.", "Fetch the image with Save-AppImage.");
        await EndLeftCommandsAsync(context, cancellationToken).ConfigureAwait(false);
        var version = context.Deployment.Version ?? await ReadInstalledVersionAsync(context, cancellationToken).ConfigureAwait(false);
        return await Swapper(context).SwapAsync(image, label, version, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task UndoSwapAsync(DeploymentContext context, ReturnPoint point, CancellationToken cancellationToken) => Swapper(context).UndoAsync(point, cancellationToken);

    /// <inheritdoc/>
    public Task DropAsync(DeploymentContext context, ReturnPoint point, CancellationToken cancellationToken) => Swapper(context).DropAsync(point, cancellationToken);

    /// <inheritdoc/>
    public async Task<CommandOutcome> RunOnceAsync(DeploymentContext context, OneOffCommand command, IProgress<string>? output, CancellationToken cancellationToken)
    {
        var deployment = Of(context);
        await LeftCommands.EndAsync(deployment, cancellationToken).ConfigureAwait(false);
        var container = await deployment.InspectAsync(cancellationToken).ConfigureAwait(false);

        // Strict: without a setting that can't be read the command would work on another database, or none.
        var settings = await ContainerSettings.ReadAsync(deployment.Engine, context, container, lenient: false, cancellationToken).ConfigureAwait(false);
        var redactor = SecretRedactor.For(settings, context.Spec.Settings, context.Deployment.Settings.EnvironmentReferences.Keys);
        return await OneOffContainer.RunAsync(deployment, command, settings, redactor, output, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task EndLeftCommandsAsync(DeploymentContext context, CancellationToken cancellationToken) => LeftCommands.EndAsync(Of(context), cancellationToken);

    /// <inheritdoc/>
    public async Task<DatabaseTarget> ReachAsync(DeploymentContext context, DatabaseTarget database, CancellationToken cancellationToken)
    {
        // What was given with the deployment is what this machine is to use.
        if (!database.FromSettings) return database;
        var deployment = Of(context);
        var container = await deployment.InspectAsync(cancellationToken).ConfigureAwait(false);
        return database.Path is null
            ? await new DatabaseReach(deployment).ServerAsync(container, database, cancellationToken).ConfigureAwait(false)
            : await new DatabaseFile(deployment).ReachAsync(container, database, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<AppDeployment> FindAsync(IReadOnlyList<AppSpec> specs, FindRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var found in new ContainerSearch(_engines.At(request.DockerHost), request).FindAsync(specs, cancellationToken).ConfigureAwait(false)) yield return found;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<HostPlace>> ListPlacesAsync(FindRequest request, CancellationToken cancellationToken)
    {
        var containers = await _engines.At(request.DockerHost).ListContainersAsync(new ContainerQuery(), cancellationToken).ConfigureAwait(false);

        // Locks and one-off commands of this module are containers too.
        return [.. containers
            .Where(static one => one.PlainName.Length > 0 && !(one.Labels ?? new Dictionary<string, string>()).Keys.Any(static label => label is ContainerLabels.Lock or ContainerLabels.OneOff))
            .Select(static one => new HostPlace(one.PlainName, $"{one.Image}, {one.State}"))
            .OrderBy(static place => place.Name, StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ReadLogAsync(DeploymentContext context, int lines, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var deployment = Of(context);
        if (lines <= 0 || await deployment.FindAsync(cancellationToken).ConfigureAwait(false) is not { } container) return [];
        var redactor = await RedactorAsync(deployment, container, cancellationToken).ConfigureAwait(false);
        var found = new List<string>();
        try
        {
            await foreach (var line in deployment.Engine.ReadLogsAsync(container.Id, new LogQuery { Tail = lines, Since = since }, cancellationToken).ConfigureAwait(false)) found.Add(redactor.Redact(line.Text));
        }
        catch (UpgradeException failure) when (failure.ErrorId == "ContainerEngineFailed")
        {
            // A log driver that doesn't give back what it was given.
            context.Operation.Verbose($"The log of '{context.Deployment.Name}' can't be read: {failure.Message}");
        }

        return found;
    }

    /// <inheritdoc/>
    public Task<IAsyncDisposable> LockAsync(DeploymentContext context, string purpose, CancellationToken cancellationToken) => ContainerLock.TakeAsync(Of(context), purpose, cancellationToken);

    /// <inheritdoc/>
    public async Task<IAppClone> CloneAsync(DeploymentContext context, CloneRequest request, CancellationToken cancellationToken) => await ContainerClone.OpenAsync(Of(context), request, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task<int> EndLeftClonesAsync(DeploymentContext context, Func<string, bool> isLeft, CancellationToken cancellationToken) => LeftContainers.RemoveAsync(Of(context).Engine, isLeft, context.Operation, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _engines.DisposeAsync();

    /// <summary>Gives a deployment with its engine.</summary>
    /// <param name="context">The deployment.</param>
    public DockerDeployment Of(DeploymentContext context) => DockerDeployment.Of(_engines, context);

    private static async Task<SecretRedactor> RedactorAsync(DockerDeployment deployment, ContainerInspect container, CancellationToken cancellationToken)
    {
        var context = deployment.Context;
        var settings = await ContainerSettings.ReadAsync(deployment.Engine, context, container, lenient: true, cancellationToken).ConfigureAwait(false);
        return SecretRedactor.For(settings, context.Spec.Settings, context.Deployment.Settings.EnvironmentReferences.Keys);
    }

    private ContainerSwapper Swapper(DeploymentContext context)
    {
        var deployment = Of(context);
        return new ContainerSwapper(deployment.Engine, context, deployment.Name);
    }
}
