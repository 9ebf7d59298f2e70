using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Files;

/// <summary>
/// Lays fetched artifacts ready for the swap while the service still runs: on the file system of the installed one, flushed, with its rights, so that
/// in the downtime nothing is left but renames. A fetched file is moved here, not copied, so that many stops of large files need no room twice; what
/// was laid ready by a run that came to nothing goes back to the fetched files before the next one fetches.
/// </summary>
internal static class ArtifactStage
{
    private const string Ending = ".staged";

    /// <summary>Puts what an earlier run laid ready of a version back among the fetched files, where fetching finds and verifies it.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="version">The version.</param>
    public static void GiveBack(DeploymentContext context, AppVersion version)
    {
        var folder = DeploymentFolder.Of(context).Staged(version.Text);
        try
        {
            if (!Directory.Exists(folder)) return;
            var fetched = ArtifactFolder.For(context.Deployment);
            PrivateFiles.CreateDirectory(fetched);
            foreach (var file in Directory.GetFiles(folder)) File.Move(file, Path.Combine(fetched, Path.GetFileName(file)), overwrite: true);
            Directory.Delete(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            context.Operation.Verbose($"What was laid ready of {version} in '{folder}' can't be used and is fetched again: {failure.Message}");
        }
    }

    /// <summary>Lays a fetched artifact ready.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="artifact">The artifact, verified.</param>
    /// <param name="installed">The installed file, behind links.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The artifact with the path that it lies at.</returns>
    /// <exception cref="UpgradeException"><c>DiskFull</c>, <c>PermissionMissing</c>.</exception>
    public static async Task<AppArtifact> PutAsync(DeploymentContext context, AppArtifact artifact, string installed, CancellationToken cancellationToken)
    {
        var own = Path.GetDirectoryName(Path.GetFullPath(artifact.Path)) == ArtifactFolder.For(context.Deployment);
        if (own && ArtifactCopy.TryLinkBeside(artifact.Path, installed) is { } link)
        {
            // The second name only proves that a rename will do.
            File.Delete(link);
            var folder = DeploymentFolder.Of(context);
            folder.Create();
            var staged = Path.Combine(folder.Staged(artifact.Version.Text), Path.GetFileName(artifact.Path));
            PrivateFiles.CreateDirectory(Path.GetDirectoryName(staged)!);
            await ArtifactCopy.GiveRightsAsync(installed, artifact.Path, cancellationToken).ConfigureAwait(false);
            PrivateFiles.FlushFile(artifact.Path);
            File.Move(artifact.Path, staged, overwrite: true);
            PrivateFiles.FlushDirectory(Path.GetDirectoryName(staged)!);
            return artifact with { Path = staged };
        }

        // Another file system, or one without second names: a copy beside the installed one, which can be renamed in any case.
        var beside = Path.Combine(Path.GetDirectoryName(installed)!, $".{Path.GetFileName(installed)}.{artifact.Sha256[..Math.Min(16, artifact.Sha256.Length)]}{Ending}");
        var copy = await ArtifactCopy.WriteBesideAsync(artifact.Path, installed, artifact.Version.Text, cancellationToken).ConfigureAwait(false);
        File.Move(copy, beside, overwrite: true);
        return artifact with { Path = beside };
    }

    /// <summary>Whether an artifact lies ready, so that a rename puts it in place.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="artifact">The artifact.</param>
    /// <param name="installed">The installed file, behind links.</param>
    public static bool IsReady(DeploymentContext context, AppArtifact artifact, string installed)
    {
        var path = Path.GetFullPath(artifact.Path);
        if (!File.Exists(path)) return false;
        return Path.GetDirectoryName(path) == DeploymentFolder.Of(context).Staged(artifact.Version.Text)
            || (Path.GetDirectoryName(path) == Path.GetDirectoryName(installed) && path.EndsWith(Ending, StringComparison.Ordinal));
    }

    /// <summary>Tidies up after a rename: the folder that is empty now goes.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="artifact">The artifact.</param>
    public static void Left(DeploymentContext context, AppArtifact artifact)
    {
        try
        {
            var folder = DeploymentFolder.Of(context).Staged(artifact.Version.Text);
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            context.Operation.Verbose($"An empty folder stays: {failure.Message}");
        }
    }

    /// <summary>Gives the file that is about to be replaced on the way back a name among those that lie ready, so that trying again needn't fetch it.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="staged">Where it lay before.</param>
    /// <param name="installed">The installed file.</param>
    public static void Save(DeploymentContext context, string staged, string installed)
    {
        try
        {
            if (File.Exists(staged) || !File.Exists(installed)) return;
            PrivateFiles.CreateDirectory(Path.GetDirectoryName(staged)!);
            if (!HardLink.TryCreate(installed, staged)) context.Operation.Verbose($"'{installed}' can't be kept as '{staged}'; it is fetched again where it is wanted again.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            context.Operation.Verbose($"'{installed}' can't be kept as '{staged}'; it is fetched again where it is wanted again: {failure.Message}");
        }
    }
}
