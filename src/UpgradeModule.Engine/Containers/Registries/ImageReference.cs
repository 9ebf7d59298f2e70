namespace UpgradeModule.Engine.Containers.Registries;

/// <summary>A reference of an image, taken apart.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Name">The repository as it was written, registry included.</param>
/// <param name="Registry">The registry's host and port; <c>docker.io</c> where none was written.</param>
/// <param name="Tag">The tag, if any.</param>
/// <param name="Digest">The digest (<c>sha256:…</c>), if any.</param>
internal sealed record ImageReference(string Text, string Name, string Registry, string? Tag, string? Digest)
{
    /// <summary>Docker Hub.</summary>
    public const string DockerHub = "docker.io";

    /// <summary>What an engine is asked for: by digest where there is one, else by tag.</summary>
    public string Wanted => Digest is not null ? $"{Name}@{Digest}" : $"{Name}:{Tag ?? "latest"}";

    /// <summary>Takes a reference apart.</summary>
    /// <param name="text">The reference.</param>
    /// <exception cref="UpgradeException"><c>ImageReferenceInvalid</c>.</exception>
    public static ImageReference Parse(string text)
    {
        var rest = text.Trim();
        if (rest.Length == 0) throw EngineErrors.ImageReferenceInvalid(text, "it is empty");
        if (rest.Any(c => char.IsWhiteSpace(c) || c is '?' or '#' or '%' or '\\')) throw EngineErrors.ImageReferenceInvalid(text, "it has a character that none may have");
        if (rest.Contains("://", StringComparison.Ordinal)) throw EngineErrors.ImageReferenceInvalid(text, "it begins with a scheme");
        string? digest = null, tag = null;
        if (rest.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
        {
            digest = rest[(at + 1)..];
            rest = rest[..at];
            if (digest.Split(':') is not [{ Length: > 0 }, { Length: >= 32 } digits] || !digits.All(char.IsAsciiHexDigit)) throw EngineErrors.ImageReferenceInvalid(text, "what follows the '@' is no digest");
        }

        var colon = rest.LastIndexOf(':');
        if (colon > rest.LastIndexOf('/'))
        {
            tag = rest[(colon + 1)..];
            rest = rest[..colon];
            if (tag.Length is 0 or > 128 || !tag.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-')) throw EngineErrors.ImageReferenceInvalid(text, "its tag is none");
        }

        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : rest[..slash];
        var registry = first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost" ? first : DockerHub;
        var path = registry == DockerHub && first != DockerHub ? rest : rest[(slash + 1)..];
        if (path.Length == 0 || path.Split('/').Any(part => part.Length == 0 || part is "." or "..")) throw EngineErrors.ImageReferenceInvalid(text, "its repository has an empty part");
        if (path.Any(char.IsAsciiLetterUpper)) throw EngineErrors.ImageReferenceInvalid(text, "a repository's name is in lower case");
        return new ImageReference(text, rest, registry == "index.docker.io" ? DockerHub : registry, tag, digest);
    }

    /// <summary>Tells whether a digest of an inspect (<c>repo@sha256:…</c>) is of this repository.</summary>
    /// <param name="repoDigest">The digest.</param>
    public bool IsOf(string repoDigest) => Full(repoDigest.Split('@')[0]) == Full(Name);

    // Docker writes Docker Hub's names short, Podman in full.
    private static string Full(string name)
    {
        var full = Parse(name).Registry == DockerHub && !name.StartsWith(DockerHub + "/", StringComparison.Ordinal) ? $"{DockerHub}/{name}" : name;
        return full.Count(c => c == '/') == 1 && full.StartsWith(DockerHub + "/", StringComparison.Ordinal) ? full.Replace(DockerHub + "/", DockerHub + "/library/", StringComparison.Ordinal) : full;
    }
}
