namespace UpgradeModule;

/// <summary>A file that holds one version of an application, fetched and verified.</summary>
public sealed record AppArtifact : AppRecord
{
    /// <summary>The application's name.</summary>
    public string App { get; init; } = "";

    /// <summary>The edition's short name.</summary>
    public string Edition { get; init; } = "";

    /// <summary>The version that the file itself tells.</summary>
    public AppVersion Version { get; init; } = null!;

    /// <summary>The full path of the file.</summary>
    public string Path { get; init; } = "";

    /// <summary>Its size in bytes.</summary>
    public long Size { get; init; }

    /// <summary>Its SHA-256, in lower-case hexadecimal digits.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>The address or path that it was fetched from.</summary>
    public string? Source { get; init; }

    /// <summary>What vouches for it: <c>Checksum</c>, <c>EmbeddedVersion</c>, or both joined by a comma.</summary>
    public string VerifiedBy { get; init; } = "";

    /// <summary>Whether it lay there already and was only verified.</summary>
    public bool Cached { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{App} {Version} ({Path})";
}
