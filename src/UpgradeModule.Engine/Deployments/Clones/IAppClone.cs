using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>
/// A second instance of a deployment, which can be upgraded while the first one serves: its program, its files and its network are its own.
/// Disposing it ends and removes all of it.
/// </summary>
public interface IAppClone : IAsyncDisposable
{
    /// <summary>Whether it reaches nothing but what it is let to by <see cref="AdmitAsync"/>.</summary>
    bool Isolated { get; }

    /// <summary>Lets it reach one server that this machine reaches.</summary>
    /// <param name="server">The server's name or address, or the folder of a Unix socket.</param>
    /// <param name="port">Its port.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The address by which the clone reaches it.</returns>
    Task<(string Server, int Port)> AdmitAsync(string server, int port, CancellationToken cancellationToken);

    /// <summary>Gives the path by which the clone knows a file of its folder.</summary>
    /// <param name="path">The path on this machine, in the folder of <see cref="CloneRequest"/>.</param>
    string PathInside(string path);

    /// <summary>Makes it. It isn't started yet.</summary>
    /// <param name="fittings">What it runs with.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The clone as a deployment that its host can start, stop and swap like any other.</returns>
    Task<DeploymentContext> FurnishAsync(CloneFittings fittings, CancellationToken cancellationToken);
}
