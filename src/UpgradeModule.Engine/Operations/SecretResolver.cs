namespace UpgradeModule.Engine.Operations;

/// <summary>
/// Turns a reference to a secret into the secret: <c>env:NAME</c>, <c>file:PATH</c>, <c>secret:NAME</c> or <c>secret:NAME@VAULT</c>.
/// What is no reference is never repeated in a message: it may be a password that somebody typed by mistake.
/// </summary>
internal static class SecretResolver
{
    private const string Forms = "Write env:NAME for an environment variable, file:PATH (a full path) for a file, or secret:NAME or secret:NAME@VAULT for a secret in a vault.";

    /// <summary>Looks a secret up.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="operation">Who is asked for secrets in vaults.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The secret; of a file all of it, less line ends at its end.</returns>
    /// <exception cref="UpgradeException"><c>SecretReferenceInvalid</c>, <c>SecretNotFound</c>.</exception>
    public static async Task<string> ResolveAsync(string reference, IOperationContext operation, CancellationToken ct)
    {
        var colon = reference.IndexOf(':', StringComparison.Ordinal);
        var rest = colon < 0 ? "" : reference[(colon + 1)..].Trim();
        return (colon < 0 ? "" : reference[..colon].Trim().ToLowerInvariant()) switch
        {
            "env" => FromEnvironment(rest),
            "file" => await FromFileAsync(rest, ct).ConfigureAwait(false),
            "secret" => await FromVaultAsync(rest, operation, ct).ConfigureAwait(false),
            _ => throw NoReference(),
        };
    }

    /// <summary>Checks that a text is a reference, without looking the secret up.</summary>
    /// <param name="reference">The text; none is fine.</param>
    /// <exception cref="UpgradeException"><c>SecretReferenceInvalid</c>: it is no reference.</exception>
    public static void Require(string? reference)
    {
        if (string.IsNullOrEmpty(reference)) return;
        var colon = reference.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || reference[..colon].Trim().ToLowerInvariant() is not ("env" or "file" or "secret")) throw NoReference();
    }

    private static string FromEnvironment(string name)
    {
        // "env:pa$$word" is more likely a slip than a name, so only what can be a name is shown.
        if (name.Length == 0 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') || char.IsAsciiDigit(name[0]))
        {
            throw Invalid("What follows 'env:' is not the name of an environment variable.");
        }

        var value = Environment.GetEnvironmentVariable(name);
        return !string.IsNullOrEmpty(value)
            ? value
            : throw NotFound("env:" + name, $"The environment variable '{name}' is not set or empty.", "Set it for the session or service that runs this.");
    }

    private static async Task<string> FromFileAsync(string path, CancellationToken ct)
    {
        if (!Path.IsPathFullyQualified(path)) throw Invalid("What follows 'file:' is not a full path.");
        string text;
        try
        {
            text = await File.ReadAllTextAsync(path, ct).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            var missing = failure is FileNotFoundException or DirectoryNotFoundException;
            throw NotFound(
                "file:" + path,
                missing ? $"The secret's file '{path}' does not exist." : $"The secret's file '{path}' can't be read: {failure.Message}",
                missing ? "Check the path." : "Check that the user who runs this may read it.",
                failure);
        }

        var secret = text.TrimEnd('\r', '\n');
        return secret.Length > 0 ? secret : throw NotFound("file:" + path, $"The secret's file '{path}' is empty.", "Put the secret into it.");
    }

    private static async Task<string> FromVaultAsync(string nameAndVault, IOperationContext operation, CancellationToken ct)
    {
        var at = nameAndVault.LastIndexOf('@');
        var name = at < 0 ? nameAndVault : nameAndVault[..at];
        var vault = at < 0 ? null : nameAndVault[(at + 1)..];
        if (name.Length == 0 || vault is { Length: 0 }) throw Invalid("After 'secret:' there must be a secret's name, and after an '@' a vault's.");
        var secret = await operation.GetSecretAsync(name, vault, ct).ConfigureAwait(false);
        return !string.IsNullOrEmpty(secret)
            ? secret
            : throw NotFound("secret:" + nameAndVault, $"The secret '{name}' is empty{(vault is null ? "" : $" in vault '{vault}'")}.", "Set it in its vault.");
    }

    private static UpgradeException NoReference() => Invalid("A secret is given by reference, and this is none; its text is not shown, because it may be the secret itself.");

    private static UpgradeException Invalid(string message) =>
        new("SecretReferenceInvalid", UpgradeErrorCategory.InvalidArgument, "(secret reference)", message, Forms);

    private static UpgradeException NotFound(string reference, string message, string remedy, Exception? inner = null) =>
        new("SecretNotFound", UpgradeErrorCategory.ObjectNotFound, reference, message, remedy, inner);
}
