namespace UpgradeModule.Engine.Operations;

/// <summary>Hands everything on, and makes each activity a part of another one.</summary>
/// <param name="inner">Who is told.</param>
/// <param name="parent">The activity that the others are parts of.</param>
/// <param name="onPercent">Told the percentage of the parts.</param>
internal sealed class NestedOperation(IOperationContext inner, string parent, Action<double>? onPercent) : IOperationContext
{
    /// <inheritdoc/>
    public void Verbose(string message) => inner.Verbose(message);

    /// <inheritdoc/>
    public void Warning(string message) => inner.Warning(message);

    /// <inheritdoc/>
    public void Progress(OperationProgress progress)
    {
        if (progress.Parent is null && progress.Activity != parent)
        {
            if (progress is { Percent: { } percent, Completed: false }) onPercent?.Invoke(percent);
            progress = progress with { Parent = parent };
        }

        inner.Progress(progress);
    }

    /// <inheritdoc/>
    public Task<string> GetSecretAsync(string name, string? vault, CancellationToken cancellationToken) => inner.GetSecretAsync(name, vault, cancellationToken);
}
