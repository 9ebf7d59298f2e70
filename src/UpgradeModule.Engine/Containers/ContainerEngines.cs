using UpgradeModule.Engine.Containers.Addresses;
using UpgradeModule.Engine.Containers.Registries;
using UpgradeModule.Engine.Containers.Transports;

namespace UpgradeModule.Engine.Containers;

/// <summary>Opens container engines.</summary>
internal static class ContainerEngines
{
    /// <summary>Opens an engine. Nothing is asked of it yet: the first question connects.</summary>
    /// <param name="address">
    /// <c>unix:///…</c>, <c>npipe:////./pipe/…</c>, <c>tcp://host:port</c>, <c>ssh://user@host</c> or <c>context:NAME</c>. <see langword="null"/> takes DOCKER_HOST, DOCKER_CONTEXT, the
    /// current context of docker's configuration or the first default socket that is there: docker's, rootless docker's, Podman's.
    /// </param>
    /// <exception cref="UpgradeException"><c>ContainerAddressInvalid</c>, <c>ContainerContextNotFound</c>, <c>ContainerConfigInvalid</c>.</exception>
    public static IContainerEngine Open(string? address) => Open(address, new EngineEnvironment());

    /// <summary>Opens an engine as another machine and user would.</summary>
    /// <param name="address">The address, as above.</param>
    /// <param name="environment">The machine and the user.</param>
    public static IContainerEngine Open(string? address, EngineEnvironment environment)
    {
        var resolved = AddressResolver.Resolve(address, environment);
        var host = resolved.Scheme == EngineScheme.Tcp ? new Uri(resolved.Text).Authority : "docker";
        return new ContainerEngine(new EngineHttp(resolved.Text, EngineTransports.For(resolved), host), new RegistryLogins(environment));
    }
}
