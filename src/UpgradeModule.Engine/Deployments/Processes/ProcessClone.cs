using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using UpgradeModule.Engine.Deployments.Clones;
using UpgradeModule.Engine.Deployments.Files;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>A clone of a process: a copy of its folder and its artifact, started in a room of its own.</summary>
internal sealed class ProcessClone : IAppClone
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly ProcessHost _host;
    private readonly DeploymentContext _original;
    private readonly CloneRequest _request;
    private readonly CloneRoom? _room;
    private DeploymentContext? _clone;

    private ProcessClone(ProcessHost host, DeploymentContext original, CloneRequest request, CloneRoom? room)
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
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    /// <exception cref="UpgradeException"><c>IsolationUnavailable</c>, <c>RehearsalNotSupported</c>.</exception>
    public static async Task<ProcessClone> OpenAsync(ProcessHost host, DeploymentContext context, CloneRequest request, CancellationToken cancellationToken)
    {
        if (context.Deployment.Settings.ArtifactPath is not { Length: > 0 } artifact || !File.Exists(artifact)) throw NotSupported(context, "its deployment names no artifact that is there", "Give it one with Set-AppDeployment -ArtifactPath.");
        CloneRoom? room = null;
        try
        {
            room = await CloneRoom.MakeAsync(context.Deployment.Name, request, cancellationToken).ConfigureAwait(false);
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
        await _room.Network.AdmitAsync(server, port).ConfigureAwait(false);
        return ("127.0.0.1", port);
    }

    /// <inheritdoc/>
    public string PathInside(string path) => path;

    /// <inheritdoc/>
    public async Task<DeploymentContext> FurnishAsync(CloneFittings fittings, CancellationToken cancellationToken)
    {
        var settings = await _host.ReadSettingsAsync(_original, cancellationToken).ConfigureAwait(false);
        var environment = new Dictionary<string, string?>(_original.Cloned?.Environment ?? new Dictionary<string, string?>(), StringComparer.Ordinal) { [CloneSettings.Variable] = _request.Mark };
        foreach (var (name, value) in fittings.Environment) environment[name] = value;

        // The home is whoever's who starts the service, or the user's of a unit, and can't be written there.
        if (_room is not null && (_original.Cloned?.UsersHome ?? settings.Get("HOME") is null)) environment["HOME"] = Path.Combine(_request.Folder, "home");
        var url = Address(settings, environment);

        // What the clone is told in place of what its deployment is told: a JVM's property of the same meaning must not win over it.
        var told = environment.Where(pair => fittings.Environment.ContainsKey(pair.Key) || _original.Cloned?.Environment.GetValueOrDefault(pair.Key) != pair.Value).Select(static pair => pair.Key).ToList();
        var (layout, copied) = await Task.Run(() => ProcessCloneLayout.Make(_original, _request.Folder, fittings.LeftOut, told, cancellationToken), cancellationToken).ConfigureAwait(false);
        var user = _original.Cloned?.User;
        if (user is { UserId: > 0 } && Environment.IsPrivilegedProcess) await GiveAsync(user, cancellationToken).ConfigureAwait(false);
        if (_room is not null) await _room.MountAsync(Mounts(layout, copied, fittings.LeftOut), cancellationToken).ConfigureAwait(false);
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
            Cloned = new CloneSettings { Environment = environment, Launcher = _room?.Launcher(layout.WorkingDirectory!, user) ?? [], OwnNetwork = Isolated, User = user },
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

    private IReadOnlyList<RoomMount> Mounts(AppHostSettings layout, string? copied, IReadOnlyList<string> leftOut)
    {
        var deployment = _original.Deployment;
        var moved = _original with { Deployment = deployment with { Settings = layout } };
        string?[] programs = [CommandLine.Of(moved).Program, .. layout.JavaPath.Values];
        string?[] needed =
        [
            .. programs.Select(Path.GetDirectoryName), .. programs.Select(Path.GetDirectoryName).Where(static folder => Path.GetFileName(folder) == "bin").Select(Path.GetDirectoryName),
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), Environment.GetEnvironmentVariable("DOTNET_ROOT"), Environment.GetEnvironmentVariable("JAVA_HOME"),
            copied is null ? DeploymentFolder.WorkingDirectory(_original) : null,
        ];
        string?[] hidden =
        [
            deployment.BackupPath, deployment.Database?.Server is ['/', ..] ? deployment.Database.Server : null, .. leftOut.SelectMany(Beside),
            .. RoomMounts.Sockets(File.ReadLines("/proc/net/unix")),
        ];
        return RoomMounts.Furnished(_request.Folder, copied is null ? [] : [("./app", copied)], needed.OfType<string>().Where(Path.IsPathRooted), hidden.OfType<string>().Where(Path.IsPathRooted), Path.GetTempPath());
    }

    // A database's file, and what its engine and this module have beside it.
    private static string[] Beside(string file)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        return Directory.Exists(folder) ? Directory.GetFiles(folder, Path.GetFileName(file) + "*") : [];
    }

    // Links themselves, never what they lead to.
    private async Task GiveAsync(CloneUser user, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo("chown", ["-hR", $"{user.UserId.ToString(CultureInfo.InvariantCulture)}:{user.Group}", "--", _request.Folder]) { UseShellExecute = false, RedirectStandardError = true })!;
        var said = await process.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        if (process.ExitCode != 0) throw new IOException($"'{_request.Folder}' could not be given to '{user.Name}': {said.Trim()}");
    }

    private string? Address(AppSettings settings, Dictionary<string, string?> environment)
    {
        var own = _original.Deployment.Url;
        if (own is null) return null;
        var port = ClonePorts.Of(_original.Spec, settings) ?? (Uri.TryCreate(own, UriKind.Absolute, out var url) && url.IsLoopback ? url.Port : null);
        if (port is null) throw ClonePorts.Unknown(_original, "nothing tells the port that it listens on");
        if (_room is not null) return ClonePorts.Address(_room.Network.Expose(port.Value), own);
        if (_original.Spec.Settings.Port is not { } setting) throw ClonePorts.Unknown(_original, "without a network of its own a clone needs another port, and no setting of it is known");
        var free = FreePort();
        environment[setting] = free.ToString(CultureInfo.InvariantCulture);
        return ClonePorts.Address(free, own);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
