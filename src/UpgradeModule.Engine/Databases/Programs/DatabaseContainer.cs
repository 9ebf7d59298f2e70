using System.Net;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Databases.Programs;

/// <summary>Finds the container that a database server runs in: the one that was named, else the one that its address can only be of.</summary>
internal static class DatabaseContainer
{
    /// <summary>Looks for a running container that publishes the server's port on this machine, or has its name or address.</summary>
    /// <param name="engine">The container engine.</param>
    /// <param name="target">The database as this machine reaches it.</param>
    /// <param name="usualPort">The engine's usual port.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Its name; <see langword="null"/> where none, or more than one, would be it.</returns>
    public static async Task<string?> FindAsync(IContainerEngine engine, DatabaseTarget target, int usualPort, CancellationToken cancellationToken)
    {
        var host = (target.Server ?? "localhost").Trim('[', ']');
        var port = target.Port ?? usualPort;
        var running = await engine.ListContainersAsync(new ContainerQuery { All = false }, cancellationToken).ConfigureAwait(false);
        var found = running.Where(container => Is(container, host, port)).Select(container => container.PlainName).Distinct(StringComparer.Ordinal).ToList();
        return found is [var only] ? only : null;
    }

    private static bool Is(ContainerSummary container, string host, int port)
    {
        if (IsThisMachine(host)) return container.Ports?.Any(mapped => mapped.PublicPort == port && mapped.Type == "tcp") == true;
        if (container.PlainName.Equals(host, StringComparison.OrdinalIgnoreCase)) return true;
        return container.NetworkSettings?.Networks?.Values.Any(end => end.IPAddress == host || end.GlobalIPv6Address == host) == true;
    }

    private static bool IsThisMachine(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
