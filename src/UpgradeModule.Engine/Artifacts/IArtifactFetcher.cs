using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Artifacts;

/// <summary>Fetches single-file artifacts and verifies them. Nothing installed is touched.</summary>
public interface IArtifactFetcher
{
    /// <summary>Fetches an artifact (http, https, file or path), or finds it fetched already, and verifies it.</summary>
    /// <param name="spec">The app definition.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    /// <exception cref="UpgradeException">
    /// <c>ArtifactNotFound</c>: the address or path has none. <c>ArtifactDownloadFailed</c>. <c>ArtifactChecksumMismatch</c>.
    /// <c>ArtifactVersionMismatch</c>: the file says that it is another version. <c>ArtifactUnreadable</c>: it tells no version. <c>DiskFull</c>.
    /// </exception>
    Task<AppArtifact> FetchAsync(AppSpec spec, ArtifactRequest request, IOperationContext operation, CancellationToken cancellationToken);

    /// <summary>Reads the version that a file tells of itself.</summary>
    /// <param name="spec">The app definition.</param>
    /// <param name="path">The file's full path.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The version; <see langword="null"/> where the file tells none or the definition doesn't say how.</returns>
    Task<AppVersion?> ReadVersionAsync(AppSpec spec, string path, CancellationToken cancellationToken);
}
