namespace UpgradeModule.Engine.Containers;

/// <summary>Opens container engines.</summary>
internal static class ContainerEngines
{
    /// <summary>Opens an engine. Nothing is asked of it yet: the first question connects.</summary>
    /// <param name="address">
    /// <c>unix:///…</c>, <c>npipe:////./pipe/…</c>, <c>tcp://host:port</c>, <c>ssh://user@host</c> or <c>context:NAME</c>. <see langword="null"/> takes DOCKER_HOST, DOCKER_CONTEXT, the
    /// current context of docker's configuration or the first default socket that is there: docker's, rootless docker's, Podman's.
    /// </param>
    /// <exception cref="UpgradeException"><c>ContainerAddressInvalid</c>, <c>ContainerContextNotFound</c>.</exception>
    public static IContainerEngine Open(string? address) => throw new NotSupportedException(address);
}
