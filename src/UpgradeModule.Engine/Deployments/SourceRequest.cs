namespace UpgradeModule.Engine.Deployments;

/// <summary>What version a host is to fetch, and where from where that isn't the definition's own place.</summary>
public sealed record SourceRequest
{
    /// <summary>The version.</summary>
    public AppVersion Version { get; init; } = null!;

    /// <summary>The edition; the deployment's own where empty.</summary>
    public string Edition { get; init; } = "";

    /// <summary>For files: a file that is there already, a folder of them or an address, in place of the definition's.</summary>
    public string? Path { get; init; }

    /// <summary>For files: the base of the address, in place of the definition's: a mirror.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>For files: the SHA-256 that it must have, in hexadecimal digits.</summary>
    public string? Sha256 { get; init; }

    /// <summary>For files: the folder that it is fetched to; beside the installed one where empty.</summary>
    public string? Destination { get; init; }

    /// <summary>For images: the whole reference (<c>repo:tag</c> or <c>repo@sha256:…</c>), in place of the definition's.</summary>
    public string? Image { get; init; }

    /// <summary>For images: the registry (<c>host[:port][/path]</c>), in place of the definition's: a mirror.</summary>
    public string? Registry { get; init; }

    /// <summary>For images: the log-in of the registry; docker's own configuration is asked where <see langword="null"/>.</summary>
    public RegistryCredential? RegistryCredential { get; init; }
}
