using System.Globalization;
using System.Net;
using System.Net.Sockets;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>
/// Finds the address at which this machine reaches a database server that the application in its container knows by a name of the container's network:
/// a port that the server's container publishes, else that container's own address.
/// </summary>
/// <param name="deployment">The deployment.</param>
internal sealed class DatabaseReach(DockerDeployment deployment)
{
    private static readonly string[] s_hostNames = ["host.docker.internal", "host.containers.internal", "gateway.docker.internal"];
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private readonly EnginePlace _place = EnginePlace.Of(deployment.Engine.Address);

    /// <summary>Finds it.</summary>
    /// <param name="container">The application's container.</param>
    /// <param name="database">The database as the application knows it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DatabaseHostUnknown</c>.</exception>
    public async Task<DatabaseTarget> ServerAsync(ContainerInspect container, DatabaseTarget database, CancellationToken cancellationToken)
    {
        var host = (database.Server ?? "localhost").Trim('[', ']');
        var port = database.Port ?? UsualPort(database.Engine);
        if (IsLoopback(host)) return await InsideAsync(container, database, port, cancellationToken).ConfigureAwait(false);
        host = Added(container, host);
        if (s_hostNames.Contains(host, StringComparer.OrdinalIgnoreCase) || host == "host-gateway") return await OnHostAsync(container, database, port, cancellationToken).ConfigureAwait(false);
        if (await new NetworkPeers(deployment.Engine).FindAsync(container, host, cancellationToken).ConfigureAwait(false) is { } peer)
        {
            return await PeerAsync(peer, database, port, cancellationToken).ConfigureAwait(false);
        }

        if (IPAddress.TryParse(host, out _) || await ResolvesAsync(host, cancellationToken).ConfigureAwait(false)) return database with { Server = host };
        throw Unknown(database, $"'{host}' is a name that only the network of the container '{container.PlainName}' may know, and no running container there answers to it");
    }

    private static bool IsLoopback(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    // --add-host writes names into the container's own hosts file.
    private static string Added(ContainerInspect container, string host)
    {
        foreach (var entry in container.HostConfig?.ExtraHosts ?? [])
        {
            var at = entry.IndexOfAny([':', '=']);
            if (at > 0 && entry[..at].Equals(host, StringComparison.OrdinalIgnoreCase)) return entry[(at + 1)..].Trim('[', ']');
        }

        return host;
    }

    private static int UsualPort(DatabaseEngine engine) => engine switch
    {
        DatabaseEngine.MySql => 3306,
        DatabaseEngine.Mongo => 27017,
        _ => 5432,
    };

    // "localhost" is the container itself, or whose network it shares.
    private async Task<DatabaseTarget> InsideAsync(ContainerInspect container, DatabaseTarget database, int port, CancellationToken cancellationToken)
    {
        var mode = container.HostConfig?.NetworkMode ?? "";
        if (mode == "host") return database with { Server = _place.HostName };
        var owner = mode.StartsWith("container:", StringComparison.Ordinal) ? await deployment.Engine.FindContainerAsync(mode["container:".Length..], cancellationToken).ConfigureAwait(false) ?? container : container;
        return await PeerAsync(owner, database, port, cancellationToken).ConfigureAwait(false);
    }

    // A server on the engine's machine listens on its loopback address, or only on the one that containers see.
    private async Task<DatabaseTarget> OnHostAsync(ContainerInspect container, DatabaseTarget database, int port, CancellationToken cancellationToken)
    {
        if (!_place.SharesNetwork) return database with { Server = _place.HostName, Port = port };
        var gateways = (container.NetworkSettings?.Networks?.Values ?? []).Select(static end => end.Gateway).Where(static gateway => gateway is { Length: > 0 }).Select(static gateway => gateway!);
        foreach (var address in gateways.Prepend(_place.HostName))
        {
            if (await AnswersAsync(address, port, refusedIsAnswer: false, cancellationToken).ConfigureAwait(false)) return database with { Server = address, Port = port };
        }

        return database with { Server = _place.HostName, Port = port };
    }

    private async Task<DatabaseTarget> PeerAsync(ContainerInspect peer, DatabaseTarget database, int port, CancellationToken cancellationToken)
    {
        // Its own programs reach it even where no address does.
        database = database with { Container = database.Container ?? peer.PlainName };
        if (peer.HostConfig?.NetworkMode == "host") return database with { Server = _place.HostName, Port = port };
        if (Published(peer, port) is { } published) return database with { Server = published.Host, Port = published.Port };
        var shown = port.ToString(CultureInfo.InvariantCulture);
        if (!ContainerStatus.IsUp(peer)) throw Unknown(database, $"the container '{peer.PlainName}', in which it runs, is stopped");
        if (_place.SharesNetwork)
        {
            foreach (var address in (peer.NetworkSettings?.Networks?.Values ?? []).Select(static end => end.IPAddress).Where(static address => address is { Length: > 0 }))
            {
                if (await AnswersAsync(address!, port, refusedIsAnswer: true, cancellationToken).ConfigureAwait(false)) return database with { Server = address, Port = port };
            }
        }

        if (database.Engine is DatabaseEngine.MySql or DatabaseEngine.Mongo) return database with { Port = port };
        throw Unknown(database, $"the container '{peer.PlainName}', in which it runs, publishes no port for {shown}, and its own address can't be reached from here");
    }

    private (string Host, int Port)? Published(ContainerInspect peer, int port)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{port}/tcp");
        foreach (var binding in peer.NetworkSettings?.Ports?.GetValueOrDefault(key) ?? [])
        {
            if (!int.TryParse(binding.HostPort, NumberStyles.None, CultureInfo.InvariantCulture, out var there)) continue;
            if (binding.HostIp is null or "" or "0.0.0.0" or "::") return (_place.HostName, there);
            var loopback = IPAddress.TryParse(binding.HostIp, out var address) && IPAddress.IsLoopback(address);
            if (!loopback || _place.IsLocal) return (binding.HostIp, there);
        }

        return null;
    }

    private static async Task<bool> AnswersAsync(string address, int port, bool refusedIsAnswer, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_patience);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address, port, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (SocketException failure)
        {
            // Who refuses is there: that the server doesn't listen yet is for whoever asks it to tell.
            return refusedIsAnswer && failure.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static async Task<bool> ResolvesAsync(string host, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_patience);
        try
        {
            return (await Dns.GetHostAddressesAsync(host, limit.Token).ConfigureAwait(false)).Length > 0;
        }
        catch (Exception failure) when (failure is SocketException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private UpgradeException Unknown(DatabaseTarget database, string why) => new(
        "DatabaseHostUnknown", UpgradeErrorCategory.ObjectNotFound, database.ToString(),
        $"The database {database} of '{deployment.Context.Deployment.Name}' can't be reached from this machine: {why}.",
        "Give the address at which this machine reaches it: Set-AppDeployment -DatabaseServer (or -DatabaseHost), with -DatabasePort where it is another.");
}
