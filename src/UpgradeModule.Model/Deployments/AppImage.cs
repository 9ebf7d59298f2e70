namespace UpgradeModule;

/// <summary>A container image that holds one version of an application, pulled and pinned by its digest.</summary>
public sealed record AppImage : AppRecord
{
    /// <summary>The application's name.</summary>
    public string App { get; init; } = "";

    /// <summary>The edition's short name.</summary>
    public string Edition { get; init; } = "";

    /// <summary>The version.</summary>
    public AppVersion Version { get; init; } = null!;

    /// <summary>The reference as it was asked for: <c>repo:tag</c> or <c>repo@sha256:…</c>.</summary>
    public string Reference { get; init; } = "";

    /// <summary>The reference that never moves: <c>repo@sha256:…</c>; empty for an image that no registry knows.</summary>
    public string Digest { get; init; } = "";

    /// <summary>The id that the engine knows it by: <c>sha256:…</c>.</summary>
    public string ImageId { get; init; } = "";

    /// <summary>The platform that it runs on: <c>linux/amd64</c>.</summary>
    public string Platform { get; init; } = "";

    /// <summary>Its size in bytes, unpacked.</summary>
    public long Size { get; init; }

    /// <summary>Whether its tag is one that moves, such as <c>latest</c>.</summary>
    public bool Mutable { get; init; }

    /// <summary>Whether it was there already and nothing was pulled.</summary>
    public bool Cached { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{App} {Version} ({(Digest.Length > 0 ? Digest : Reference)})";
}
