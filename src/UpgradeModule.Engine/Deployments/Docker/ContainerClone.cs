using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Deployments.Clones;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>
/// A clone of a container: of the same image and with copies of its mounts, in the network of a container that has none. The engine's own internal
/// networks won't do: from them every service of the host is in reach.
/// </summary>
internal sealed class ContainerClone : IAppClone
{
    private const string DataInside = "/um-rehearsal";

    private readonly DockerDeployment _original;
    private readonly CloneRequest _request;
    private readonly ContainerInspect _container;
    private NetworkRoom? _room;

    private ContainerClone(DockerDeployment original, CloneRequest request, ContainerInspect container)
    {
        _original = original;
        _request = request;
        _container = container;
    }

    /// <inheritdoc/>
    public bool Isolated => _room is not null;

    private string DataFolder => Path.Combine(_request.Folder, "data");

    /// <summary>Prepares one.</summary>
    /// <param name="original">The deployment.</param>
    /// <param name="request">What it is made for.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    /// <exception cref="UpgradeException"><c>IsolationUnavailable</c>, <c>ContainerNotFound</c>.</exception>
    public static async Task<ContainerClone> OpenAsync(DockerDeployment original, CloneRequest request, CancellationToken cancellationToken)
    {
        var clone = new ContainerClone(original, request, await original.InspectAsync(cancellationToken).ConfigureAwait(false));
        try
        {
            await clone.IsolateAsync(cancellationToken).ConfigureAwait(false);
            return clone;
        }
        catch (UpgradeException failure) when (failure.ErrorId == "IsolationUnavailable" && request.AllowOutbound)
        {
            original.Context.Operation.Verbose($"{failure.Message} It is allowed.");
            return clone;
        }
        catch
        {
            await clone.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<(string Server, int Port)> AdmitAsync(string server, int port, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_room is null) return (server, port);
        await _room.AdmitAsync(server, port).ConfigureAwait(false);
        return ("127.0.0.1", port);
    }

    /// <inheritdoc/>
    public string PathInside(string path) => $"{DataInside}/{Path.GetRelativePath(DataFolder, path).Replace('\\', '/')}";

    /// <inheritdoc/>
    public async Task<DeploymentContext> FurnishAsync(CloneFittings fittings, CancellationToken cancellationToken)
    {
        var (engine, context) = (_original.Engine, _original.Context);
        var environment = new Dictionary<string, string?>(fittings.Environment, StringComparer.Ordinal) { [CloneSettings.Variable] = _request.Mark };
        var settings = await ContainerSettings.ReadAsync(engine, context, _container, lenient: true, cancellationToken).ConfigureAwait(false);
        var url = Address(settings, environment);
        var binds = await new CloneMounts(_request.Folder, context.Operation).CopyAsync(_container, fittings.LeftOut, cancellationToken).ConfigureAwait(false);
        if (Directory.Exists(DataFolder))
        {
            await GiveDataAsync(fittings.LeftOut, cancellationToken).ConfigureAwait(false);
            binds.Add($"{DataFolder}:{DataInside}");
        }

        var image = await engine.InspectImageAsync(_container.Image!, cancellationToken).ConfigureAwait(false);
        var version = await engine.GetVersionAsync(cancellationToken).ConfigureAwait(false);
        var recipe = ContainerRecipe.Of(_container, image.Config, _container.Image!, version.IsPodman);
        var network = _room is null ? "host" : "container:" + CloneNames.Network(_request.Mark);
        await engine.CreateContainerAsync(CloneRecipe.Of(recipe, CloneNames.Container(_request.Mark), network, binds, environment), cancellationToken).ConfigureAwait(false);
        return context with
        {
            Deployment = context.Deployment with
            {
                Name = context.Deployment.Name + " (rehearsal)",
                Stored = false,
                Url = url,
                Database = fittings.Database,
                Settings = context.Deployment.Settings with { Container = CloneNames.Container(_request.Mark) },
            },
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await LeftContainers.RemoveAsync(_original.Engine, mark => mark == _request.Mark, _original.Context.Operation, CancellationToken.None).ConfigureAwait(false);
        if (_room is not null) await _room.DisposeAsync().ConfigureAwait(false);
    }

    private async Task IsolateAsync(CancellationToken cancellationToken)
    {
        var (engine, name) = (_original.Engine, _original.Context.Deployment.Name);
        if (!EnginePlace.Of(engine.Address).SharesNetwork) throw NetworkRoom.Unavailable(name, $"the engine {engine.Address} may be on another machine");
        if (!Environment.IsPrivilegedProcess) throw NetworkRoom.Unavailable(name, "only root can enter a container's network");
        var reference = CloneNames.NetworkImage(_request.Mark);
        await CloneNetworkImage.MakeAsync(engine, reference, name, cancellationToken).ConfigureAwait(false);
        var holder = CloneNames.Network(_request.Mark);

        // Many an application asks for the address of its own name, and doesn't start where there is none.
        var hostname = _container.Config?.Hostname is { Length: > 0 } own ? own : "rehearsal";
        await engine.CreateContainerAsync(new ContainerCreateRequest { Name = holder, Config = new ContainerConfig { Image = reference, Hostname = hostname }, HostConfig = new HostConfig { NetworkMode = "none", ExtraHosts = [hostname + ":127.0.0.1"] } }, cancellationToken).ConfigureAwait(false);
        await engine.StartContainerAsync(holder, cancellationToken).ConfigureAwait(false);
        var started = await engine.InspectContainerAsync(holder, cancellationToken).ConfigureAwait(false);
        if (started.State is not { Running: true, Pid: > 0 and var process }) throw NetworkRoom.Unavailable(name, "the container that holds its network does not run");
        _room = await NetworkRoom.OfAsync(name, process).ConfigureAwait(false);
    }

    private string? Address(AppSettings settings, Dictionary<string, string?> environment)
    {
        var context = _original.Context;
        if (context.Deployment.Url is not { } own) return null;
        var port = PublishedPort(own) ?? ClonePorts.Of(context.Spec, settings) ?? throw ClonePorts.Unknown(context, "nothing tells the port that it listens on");
        if (_room is not null) return ClonePorts.Address(_room.Expose(port), own);
        if (context.Spec.Settings.Port is not { } setting) throw ClonePorts.Unknown(context, "without a network of its own a clone needs another port, and no setting of it is known");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var free = ((IPEndPoint)listener.LocalEndpoint).Port;
        environment[setting] = free.ToString(CultureInfo.InvariantCulture);
        return ClonePorts.Address(free, own);
    }

    // The port inside that the deployment's own address leads to.
    private int? PublishedPort(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address)) return null;
        var outside = address.Port.ToString(CultureInfo.InvariantCulture);
        var ports = _container.NetworkSettings?.Ports ?? new Dictionary<string, IReadOnlyList<PortBinding>?>();
        var found = ports.FirstOrDefault(port => port.Key.EndsWith("/tcp", StringComparison.Ordinal) && port.Value?.Any(binding => binding.HostPort == outside) == true).Key;
        return found is null ? null : int.Parse(found.Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    // The application inside has the rights on its copy that it has on its own file.
    private async Task GiveDataAsync(IReadOnlyList<string> leftOut, CancellationToken cancellationToken)
    {
        var own = leftOut.Select(path => ContainerPaths.MountOf(_container, path) is { } mount ? ContainerPaths.OnHost(mount, path) : null).FirstOrDefault(File.Exists);
        if (own is null) return;
        using var process = Process.Start(new ProcessStartInfo("chown", ["-R", "--reference=" + own, "--", DataFolder]) { UseShellExecute = false })!;
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
    }
}
