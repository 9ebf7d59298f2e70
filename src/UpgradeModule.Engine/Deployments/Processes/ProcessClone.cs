using System.Net;
using System.Net.Sockets;
using UpgradeModule.Engine.Deployments.Clones;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>A clone of a process: a copy of its folder and its artifact, started in a network of its own.</summary>
internal sealed class ProcessClone : IAppClone
{
    private static readonly string[] s_enter = ["/usr/bin/nsenter", "/bin/nsenter", "/usr/sbin/nsenter"];
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly ProcessHost _host;
    private readonly DeploymentContext _original;
    private readonly CloneRequest _request;
    private readonly NetworkRoom? _room;
    private DeploymentContext? _clone;

    private ProcessClone(ProcessHost host, DeploymentContext original, CloneRequest request, NetworkRoom? room)
    {
        _host = host;
        _original = original;
        _request = request;
        _room = room;
    }

    /// <inheritdoc/>
    public bool Isolated => _room is not null;

    /// <summary>Prepares one.</summary>
    /// <param name="host">The host.</param>
    /// <param name="context">The deployment.</param>
    /// <param name="request">What it is made for.</param>
    /// <exception cref="UpgradeException"><c>IsolationUnavailable</c>, <c>RehearsalNotSupported</c>.</exception>
    public static async Task<ProcessClone> OpenAsync(ProcessHost host, DeploymentContext context, CloneRequest request)
    {
        if (context.Deployment.Settings.ArtifactPath is not { Length: > 0 } artifact || !File.Exists(artifact)) throw NotSupported(context, "its deployment names no artifact that is there", "Give it one with Set-AppDeployment -ArtifactPath.");
        NetworkRoom? room = null;
        try
        {
            if (!s_enter.Any(File.Exists)) throw NetworkRoom.Unavailable(context.Deployment.Name, "this machine has no program nsenter (of util-linux)");
            room = await NetworkRoom.MakeAsync(context.Deployment.Name).ConfigureAwait(false);
        }
        catch (UpgradeException failure) when (failure.ErrorId == "IsolationUnavailable" && request.AllowOutbound)
        {
            context.Operation.Verbose($"{failure.Message} It is allowed.");
        }

        return new ProcessClone(host, context, request, room);
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
    public string PathInside(string path) => path;

    /// <inheritdoc/>
    public async Task<DeploymentContext> FurnishAsync(CloneFittings fittings, CancellationToken cancellationToken)
    {
        var settings = await _host.ReadSettingsAsync(_original, cancellationToken).ConfigureAwait(false);
        var environment = new Dictionary<string, string?>(fittings.Environment, StringComparer.Ordinal) { [CloneSettings.Variable] = _request.Mark };
        var url = Address(settings, environment);
        var layout = await Task.Run(() => ProcessCloneLayout.Make(_original, _request.Folder, fittings.LeftOut, environment.Keys, cancellationToken), cancellationToken).ConfigureAwait(false);
        _clone = _original with
        {
            Deployment = _original.Deployment with
            {
                Name = _original.Deployment.Name + " (rehearsal)",
                Stored = false,
                Url = url,
                Database = fittings.Database,
                Settings = layout,
            },
            Cloned = new CloneSettings { Environment = environment, Launcher = _room is null ? [] : [s_enter.First(File.Exists), "--net=" + _room.Path, "--"], OwnNetwork = Isolated },
        };
        return _clone;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_clone is not null && OperatingSystem.IsWindows()) await _host.StopAsync(_clone, Grace, CancellationToken.None).ConfigureAwait(false);
        await LeftClones.EndAsync(mark => mark == _request.Mark).ConfigureAwait(false);
        if (_room is not null) await _room.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The failure that a process can't be cloned.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="why">Why.</param>
    /// <param name="remedy">What to do.</param>
    public static UpgradeException NotSupported(DeploymentContext context, string why, string remedy) =>
        new("RehearsalNotSupported", UpgradeErrorCategory.NotImplemented, context.Deployment.Name, $"An upgrade of '{context.Deployment.Name}' can't be rehearsed: {why}.", remedy);

    private string? Address(AppSettings settings, Dictionary<string, string?> environment)
    {
        var own = _original.Deployment.Url;
        if (own is null) return null;
        var port = ClonePorts.Of(_original.Spec, settings) ?? (Uri.TryCreate(own, UriKind.Absolute, out var url) && url.IsLoopback ? url.Port : null);
        if (port is null) throw ClonePorts.Unknown(_original, "nothing tells the port that it listens on");
        if (_room is not null) return ClonePorts.Address(_room.Expose(port.Value), own);
        if (_original.Spec.Settings.Port is not { } setting) throw ClonePorts.Unknown(_original, "without a network of its own a clone needs another port, and no setting of it is known");
        var free = FreePort();
        environment[setting] = free.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return ClonePorts.Address(free, own);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
