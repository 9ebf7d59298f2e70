namespace UpgradeModule.Engine.Containers;

/// <summary>An image of a registry.</summary>
internal sealed record ImagePullRequest
{
    /// <summary>The reference: <c>repo:tag</c> or <c>repo@sha256:…</c>; <c>latest</c> where there is neither.</summary>
    public string Reference { get; init; } = "";

    /// <summary>The platform that it must have (<c>linux/amd64</c>); the engine's choice where <see langword="null"/>.</summary>
    public string? Platform { get; init; }

    /// <summary>The log-in; docker's own configuration and its credential helpers are asked where <see langword="null"/>.</summary>
    public RegistryCredential? Credential { get; init; }
}
