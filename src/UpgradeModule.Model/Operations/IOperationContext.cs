namespace UpgradeModule;

/// <summary>
/// What an operation of the engine may tell and ask its caller. In PowerShell the base cmdlet implements it and does everything on the
/// pipeline thread; a .NET program implements it as it likes. Every member may be called from any thread.
/// </summary>
public interface IOperationContext
{
    /// <summary>Tells a detail that only the curious want.</summary>
    /// <param name="message">The detail; never a secret.</param>
    void Verbose(string message);

    /// <summary>Warns.</summary>
    /// <param name="message">The warning; never a secret.</param>
    void Warning(string message);

    /// <summary>Tells how far the operation is.</summary>
    /// <param name="progress">How far it is.</param>
    void Progress(OperationProgress progress);

    /// <summary>Asks a vault of the caller for a secret (SecretManagement, in PowerShell).</summary>
    /// <param name="name">The secret's name.</param>
    /// <param name="vault">The vault's name, or <see langword="null"/> for the default one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The secret.</returns>
    /// <exception cref="UpgradeException"><c>SecretNotFound</c>: there is no such secret or no vault.</exception>
    Task<string> GetSecretAsync(string name, string? vault, CancellationToken cancellationToken);
}
