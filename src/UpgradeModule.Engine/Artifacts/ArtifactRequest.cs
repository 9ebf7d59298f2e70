namespace UpgradeModule.Engine.Artifacts;

/// <summary>What artifact is wanted.</summary>
public sealed record ArtifactRequest
{
    /// <summary>The version.</summary>
    public AppVersion Version { get; init; } = null!;

    /// <summary>The edition.</summary>
    public string Edition { get; init; } = "";

    /// <summary>A file that is there already, or an address, used in place of the definition's address.</summary>
    public string? Path { get; init; }

    /// <summary>The base of the address, in place of the definition's: a mirror.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>The SHA-256 that it must have, in hexadecimal digits.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The folder that the file is kept in, with the version in its name.</summary>
    public string Destination { get; init; } = "";
}
