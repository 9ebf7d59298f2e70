using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Deployments.Docker;
using UpgradeModule.Engine.Deployments.Processes;
using UpgradeModule.Engine.Deployments.Systemd;

namespace UpgradeModule.Engine.Deployments;

/// <summary>The host kinds that there are. A new one is one line here.</summary>
/// <param name="hosts">A host of each kind.</param>
internal sealed class AppHosts(params IAppHost[] hosts) : IAsyncDisposable
{
    private readonly IAppHost[] _hosts = hosts;

    /// <summary>All of them.</summary>
    /// <param name="artifacts">Reads the versions that files tell of themselves.</param>
    public AppHosts(IArtifactFetcher artifacts)
        : this([new ProcessHost(artifacts), new SystemdHost(artifacts), new DockerHost()])
    {
    }

    /// <summary>A host of each kind.</summary>
    public IReadOnlyList<IAppHost> All => _hosts;

    /// <summary>Gets the host of a kind.</summary>
    /// <param name="kind">The kind.</param>
    /// <exception cref="UpgradeException"><c>HostKindNotSupported</c>.</exception>
    public IAppHost For(AppHostKind kind) =>
        _hosts.FirstOrDefault(host => host.Kind == kind)
        ?? throw new UpgradeException(
            "HostKindNotSupported",
            UpgradeErrorCategory.NotImplemented,
            kind,
            $"This version of the module can't run deployments of the host kind {kind}.",
            $"It can run these: {string.Join(", ", _hosts.Select(static host => host.Kind))}.");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.OfType<IAsyncDisposable>()) await host.DisposeAsync().ConfigureAwait(false);
    }
}
