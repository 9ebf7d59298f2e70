namespace UpgradeModule.Engine.Operations;

/// <summary>A context that tells nobody and knows no secrets: for .NET programs and tests that need none.</summary>
public sealed class NullOperationContext : IOperationContext
{
    /// <summary>The one instance.</summary>
    public static NullOperationContext Instance { get; } = new();

    /// <inheritdoc/>
    public void Verbose(string message)
    {
    }

    /// <inheritdoc/>
    public void Warning(string message)
    {
    }

    /// <inheritdoc/>
    public void Progress(OperationProgress progress)
    {
    }

    /// <inheritdoc/>
    public Task<string> GetSecretAsync(string name, string? vault, CancellationToken cancellationToken) =>
        throw new UpgradeException("SecretNotFound", UpgradeErrorCategory.ObjectNotFound, name, $"There is no vault to ask for the secret '{name}'.", "Use a reference of the form env:NAME or file:PATH.");
}
