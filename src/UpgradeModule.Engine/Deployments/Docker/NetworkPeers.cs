using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Finds the container that a name stands for inside a container's networks.</summary>
/// <param name="engine">The engine.</param>
internal sealed class NetworkPeers(IContainerEngine engine)
{
    private const int ShortId = 12;

    /// <summary>Finds it.</summary>
    /// <param name="container">The container that uses the name.</param>
    /// <param name="host">The name, or an address in one of its networks.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The container; <see langword="null"/> where none answers to the name.</returns>
    public async Task<ContainerInspect?> FindAsync(ContainerInspect container, string host, CancellationToken cancellationToken)
    {
        if (await LinkedAsync(container, host, cancellationToken).ConfigureAwait(false) is { } linked) return linked;
        foreach (var (name, end) in container.NetworkSettings?.Networks ?? new Dictionary<string, EndpointSettings>())
        {
            if (await engine.FindNetworkAsync(end.NetworkID is { Length: > 0 } id ? id : name, cancellationToken).ConfigureAwait(false) is not { } network) continue;
            foreach (var member in (network.Containers ?? new Dictionary<string, NetworkMember>()).Keys.Where(other => other != container.Id))
            {
                if (await engine.FindContainerAsync(member, cancellationToken).ConfigureAwait(false) is { } peer && AnswersTo(peer, network.Name, host)) return peer;
            }
        }

        // One that is stopped is in no network; only its name can be known.
        return await engine.FindContainerAsync(host, cancellationToken).ConfigureAwait(false) is { } stopped && stopped.Id != container.Id && !ContainerStatus.IsUp(stopped) && Shares(stopped, container) ? stopped : null;
    }

    private static bool AnswersTo(ContainerInspect peer, string network, string host)
    {
        var end = peer.NetworkSettings?.Networks?.GetValueOrDefault(network);
        if (end is null) return false;
        return end.IPAddress == host || end.GlobalIPv6Address == host || Is(peer.PlainName, host) || (host.Length >= ShortId && peer.Id.StartsWith(host, StringComparison.OrdinalIgnoreCase))
            || (end.Aliases ?? []).Concat(end.DNSNames ?? []).Any(alias => Is(alias, host) || Is($"{alias}.{network}", host)) || Is($"{peer.PlainName}.{network}", host);
    }

    private static bool Shares(ContainerInspect left, ContainerInspect right) =>
        left.NetworkSettings?.Networks?.Keys.Intersect(right.NetworkSettings?.Networks?.Keys ?? [], StringComparer.Ordinal).Any() == true;

    private static bool Is(string? left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    // --link on the default network: /other:/me/alias.
    private async Task<ContainerInspect?> LinkedAsync(ContainerInspect container, string host, CancellationToken cancellationToken)
    {
        foreach (var link in container.HostConfig?.Links ?? [])
        {
            var colon = link.IndexOf(':', StringComparison.Ordinal);
            var other = ContainerNames.Plain(colon < 0 ? link : link[..colon]);
            if (Is(other, host) || Is(link[(link.LastIndexOf('/') + 1)..], host)) return await engine.FindContainerAsync(other, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }
}
