using UpgradeModule.Engine.Containers;

namespace UpgradeModule.Engine.Databases.Programs;

/// <summary>The places where a database's own programs can be: its container, and this machine.</summary>
/// <param name="access">The database.</param>
/// <param name="usualPort">The engine's usual port.</param>
/// <param name="operation">Who is told.</param>
internal sealed class ProgramPlaces(DatabaseAccess access, int usualPort, IOperationContext operation) : IAsyncDisposable
{
    private IContainerEngine? _engine;
    private IProgramPlace? _found;
    private bool _looked;

    /// <summary>This machine.</summary>
    public IProgramPlace Local { get; init; } = new LocalPrograms();

    /// <summary>Opens the container engine; tests put another one in its place.</summary>
    public Func<string?, IContainerEngine> Open { get; init; } = ContainerEngines.Open;

    /// <summary>Gives the container that was named, or that the database was seen in when its address was worked out.</summary>
    /// <returns>The container; <see langword="null"/> where none was named.</returns>
    public IProgramPlace? Named() => access.Target.Container is { Length: > 0 } name ? new ContainerPrograms(Engine(), name) : null;

    /// <summary>Gives the container that was named, else looks for the one that the database's address can only be of.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The container; <see langword="null"/> where there is none, more than one would be it, or no container engine answers.</returns>
    public async Task<IProgramPlace?> ContainerAsync(CancellationToken cancellationToken)
    {
        if (Named() is { } named) return named;
        if (_looked) return _found;
        try
        {
            if (await DatabaseContainer.FindAsync(Engine(), access.Target, usualPort, cancellationToken).ConfigureAwait(false) is { } name)
            {
                operation.Verbose($"The database {access.Target} runs in the container '{name}'; its programs are taken from there.");
                _found = new ContainerPrograms(Engine(), name);
            }
        }
        catch (UpgradeException failure)
        {
            // Without an engine there is no container to be found; where one was named, it is asked for in earnest.
            operation.Verbose($"No container was looked for: {failure.Message}");
        }

        _looked = true;
        return _found;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_engine is not null) await _engine.DisposeAsync().ConfigureAwait(false);
    }

    private IContainerEngine Engine() => _engine ??= Open(string.IsNullOrWhiteSpace(access.DockerHost) ? null : access.DockerHost);
}
