using System.Collections.Concurrent;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>
/// Hands everything on to the caller, and makes every activity of the other rooms a part of the run's. Secrets that the caller gave once are
/// remembered as long as the run: a caller that is stopping answers no more, and the way back needs them.
/// </summary>
internal sealed class RunOperation(IOperationContext inner, string activity) : IOperationContext
{
    private readonly ConcurrentDictionary<(string Name, string? Vault), string> _secrets = new();

    /// <summary>The run's activity.</summary>
    public string Activity { get; } = activity;

    /// <inheritdoc/>
    public void Verbose(string message) => inner.Verbose(message);

    /// <inheritdoc/>
    public void Warning(string message) => inner.Warning(message);

    /// <inheritdoc/>
    public void Progress(OperationProgress progress) =>
        inner.Progress(progress.Parent is null && progress.Activity != Activity ? progress with { Parent = Activity } : progress);

    /// <inheritdoc/>
    public async Task<string> GetSecretAsync(string name, string? vault, CancellationToken cancellationToken)
    {
        if (_secrets.TryGetValue((name, vault), out var known)) return known;
        var secret = await inner.GetSecretAsync(name, vault, cancellationToken).ConfigureAwait(false);
        return _secrets[(name, vault)] = secret;
    }
}
