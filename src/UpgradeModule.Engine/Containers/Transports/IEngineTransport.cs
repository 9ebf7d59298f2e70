namespace UpgradeModule.Engine.Containers.Transports;

/// <summary>Makes connections to an engine. Each kind is a class; HTTP is spoken over what it gives.</summary>
internal interface IEngineTransport
{
    /// <summary>Makes a connection.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="UpgradeException"><c>ContainerEngineUnreachable</c>.</exception>
    Task<Stream> ConnectAsync(CancellationToken cancellationToken);
}
