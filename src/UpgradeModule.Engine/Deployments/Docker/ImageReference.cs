namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>The name of an image: <c>host:5000/group/name:tag@sha256:…</c>.</summary>
/// <param name="Repository">The registry and path, as they are written.</param>
/// <param name="Tag">The tag, where there is one.</param>
/// <param name="Digest">The digest (<c>sha256:…</c>), where there is one.</param>
internal sealed record ImageReference(string Repository, string? Tag, string? Digest)
{
    private const string Hub = "docker.io/";

    /// <summary>Whether it is an image's id (<c>sha256:…</c>) rather than a name.</summary>
    public bool IsId => Repository == "sha256";

    /// <summary>The repository as it is known everywhere: <c>metabase/metabase</c> is <c>docker.io/metabase/metabase</c>.</summary>
    public string FullRepository => Full(Repository);

    /// <summary>Reads a reference.</summary>
    /// <param name="text">The reference.</param>
    public static ImageReference Parse(string? text)
    {
        var rest = text ?? "";
        string? digest = null;
        if (rest.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
        {
            digest = rest[(at + 1)..];
            rest = rest[..at];
        }

        // A colon after the last slash begins a tag; one before it, a registry's port.
        var colon = rest.LastIndexOf(':');
        return colon > rest.LastIndexOf('/') ? new ImageReference(rest[..colon], rest[(colon + 1)..], digest) : new ImageReference(rest, null, digest);
    }

    /// <summary>Whether both are of the same repository, whatever its registry: an application's own name, a mirror's before it.</summary>
    /// <param name="repository">The application's repository: <c>metabase/metabase</c>.</param>
    public bool IsOf(string repository)
    {
        var (full, path) = (Full(repository), PathOf(repository));
        return FullRepository == full || FullRepository.EndsWith("/" + path, StringComparison.Ordinal);
    }

    /// <summary>What stands before an application's repository: a mirror's host and path, without a slash at its end; empty for the usual one.</summary>
    /// <param name="repository">The application's repository.</param>
    public string RegistryOf(string repository)
    {
        var (full, path) = (Full(repository), PathOf(repository));
        return FullRepository == full || !FullRepository.EndsWith("/" + path, StringComparison.Ordinal) ? "" : FullRepository[..^(path.Length + 1)];
    }

    /// <summary>Whether two ids are of one image: Podman tells them without the name of the digest here and there.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool SameId(string? left, string? right) =>
        left is { Length: > 0 } && right is { Length: > 0 } && left.Replace("sha256:", "", StringComparison.Ordinal) == right.Replace("sha256:", "", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Repository + (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);

    // An official image has no group anywhere but on the hub.
    private static string PathOf(string repository)
    {
        var full = Full(repository);
        var path = full[(full.IndexOf('/', StringComparison.Ordinal) + 1)..];
        return path.StartsWith("library/", StringComparison.Ordinal) ? path["library/".Length..] : path;
    }

    private static string Full(string repository)
    {
        if (repository.StartsWith("index.docker.io/", StringComparison.Ordinal)) repository = repository["index.".Length..];
        var slash = repository.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) return Hub + "library/" + repository;
        var first = repository[..slash];
        return first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost" ? repository : Hub + repository;
    }
}
