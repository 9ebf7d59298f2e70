using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Artifacts;

/// <summary>Verifies an artifact by its checksum, where one is known, and by the version that it tells of itself.</summary>
internal sealed class ArtifactVerifier(AppSpec spec, ArtifactRequest request)
{
    /// <summary>Verifies a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">Where it comes from, for people.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>ArtifactChecksumMismatch</c>, <c>ArtifactVersionMismatch</c>, <c>ArtifactUnreadable</c>.</exception>
    public async Task<AppArtifact> VerifyAsync(string path, string source, IOperationContext operation, CancellationToken cancellationToken)
    {
        var expected = ExpectedChecksum();
        var sha256 = await FileHash.ComputeAsync(path, cancellationToken).ConfigureAwait(false);
        if (expected is not null && !expected.Equals(sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new UpgradeException("ArtifactChecksumMismatch", UpgradeErrorCategory.SecurityError, source, $"The artifact from '{source}' has the SHA-256 {sha256}, and {expected} is expected.", "Don't use it: fetch it again, and ask its vendor for the right checksum.");
        }

        // Only what its checksum vouches for, or what nothing can vouch for but itself, is asked: asking may run it.
        var told = await EmbeddedVersion.ReadAsync(spec.Artifact?.Version, path, cancellationToken).ConfigureAwait(false);
        if (told is not null && told != request.Version)
        {
            throw new UpgradeException("ArtifactVersionMismatch", UpgradeErrorCategory.InvalidData, source, $"The artifact from '{source}' says that it is version {told}, and {request.Version} is wanted.", "Check the version and where the artifact comes from.");
        }

        if (told is null && spec.Artifact?.Version is not null)
        {
            throw new UpgradeException("ArtifactUnreadable", UpgradeErrorCategory.InvalidData, source, $"The artifact from '{source}' doesn't tell its version: it is no artifact of {spec.DisplayName}, or it is damaged.", "Fetch it again and check that no error page was fetched in its place; a program must be executable to be asked.");
        }

        if (told is null && expected is null) operation.Warning($"Nothing vouches for the artifact from '{source}': no checksum is known, and it doesn't tell its version. Give its SHA-256 to be sure.");
        return new AppArtifact
        {
            App = spec.Name,
            Edition = request.Edition,
            Version = told ?? request.Version,
            Path = path,
            Size = new FileInfo(path).Length,
            Sha256 = sha256,
            Source = source,
            VerifiedBy = string.Join(',', new[] { expected is null ? null : "Checksum", told is null ? null : "EmbeddedVersion" }.OfType<string>()),
        };
    }

    private string? ExpectedChecksum()
    {
        if (request.Sha256 is { Length: > 0 } given) return given.Trim();
        var release = spec.Releases.FirstOrDefault(release => IsWanted(release.Version));
        return release is not null && release.Sha256.TryGetValue(request.Edition, out var published) ? published : null;
    }

    private bool IsWanted(string releaseVersion)
    {
        // Releases are listed as the default edition writes them: with licensed versions, the first number may differ.
        if (!AppVersion.TryParse(releaseVersion, out var version)) return false;
        return version == request.Version || (spec.Versions.Scheme == "licensed"
            && version.PreRelease.Equals(request.Version.PreRelease, StringComparison.OrdinalIgnoreCase)
            && version.Numbers.Skip(1).SequenceEqual(request.Version.Numbers.Skip(1)));
    }
}
