using System.Collections.Concurrent;
using UpgradeModule.Engine.Containers;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>The container engines that are in use, one client each.</summary>
/// <param name="open">Opens one by its address.</param>
internal sealed class DockerEngines(Func<string?, IContainerEngine> open) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<IContainerEngine>> _engines = new(StringComparer.Ordinal);

    /// <summary>Gets the engine at an address.</summary>
    /// <param name="address">The address; the usual one where <see langword="null"/>.</param>
    public IContainerEngine At(string? address) => _engines.GetOrAdd(address ?? "", _ => new Lazy<IContainerEngine>(() => open(string.IsNullOrWhiteSpace(address) ? null : address))).Value;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var engine in _engines.Values.Where(static engine => engine.IsValueCreated))
        {
            try
            {
                await engine.Value.DisposeAsync().ConfigureAwait(false);
            }
            catch (UpgradeException)
            {
                // One that could not be opened has nothing to be closed.
            }
        }

        _engines.Clear();
    }
}
