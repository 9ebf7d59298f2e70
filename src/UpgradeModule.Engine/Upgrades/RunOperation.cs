namespace UpgradeModule.Engine.Upgrades;

/// <summary>Hands everything on to the caller, and makes every activity of the other rooms a part of the run's.</summary>
internal sealed class RunOperation(IOperationContext inner, string activity) : IOperationContext
{
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
    public Task<string> GetSecretAsync(string name, string? vault, CancellationToken cancellationToken) => inner.GetSecretAsync(name, vault, cancellationToken);
}
