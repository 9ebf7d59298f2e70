using System.Globalization;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Files;

/// <summary>
/// Swaps the installed artifact, crash-safe by order: the new one lies ready and is flushed (or is written beside first), the old one is kept under a
/// second name, then one rename puts the new one in place.
/// </summary>
internal static class ArtifactSwapper
{
    private const string InstalledKey = "installed";
    private const string StagedKey = "staged";

    /// <summary>Puts an artifact in the place of the installed one, and keeps that.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="artifact">The new artifact.</param>
    /// <param name="label">The label of what is kept.</param>
    /// <param name="version">The version that is installed now.</param>
    /// <param name="cancellationToken">Ends the work before the rename.</param>
    /// <exception cref="UpgradeException"><c>ArtifactSwapFailed</c>, <c>DiskFull</c>.</exception>
    public static async Task<ReturnPoint> SwapAsync(DeploymentContext context, AppArtifact artifact, string label, AppVersion? version, CancellationToken cancellationToken)
    {
        var installed = Installed(context);
        var folder = DeploymentFolder.Of(context);
        folder.Create();
        var kept = Path.Combine(folder.Kept(label), Path.GetFileName(installed));
        try
        {
            // Kept already: this swap was begun before. Where its rename happened too, nothing is left to do.
            if (File.Exists(kept) && File.Exists(installed) && await IsSameAsync(installed, artifact, cancellationToken).ConfigureAwait(false)) return Point(context, installed, kept, version);
            var ready = ArtifactStage.IsReady(context, artifact, installed);
            var partial = ready ? artifact.Path : await ArtifactCopy.WriteBesideAsync(artifact.Path, installed, label, cancellationToken).ConfigureAwait(false);
            try
            {
                if (!File.Exists(kept)) Keep(installed, kept);
                cancellationToken.ThrowIfCancellationRequested();
                File.Move(partial, installed, overwrite: true);
            }
            catch
            {
                if (!ready) File.Delete(partial);
                throw;
            }

            PrivateFiles.FlushDirectory(Path.GetDirectoryName(installed)!);
            if (ready) ArtifactStage.Left(context, artifact);
            var point = Point(context, installed, kept, version);
            return ready ? point with { Data = new Dictionary<string, string>(point.Data) { [StagedKey] = partial } } : point;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failed(context, installed, failure);
        }
    }

    /// <summary>
    /// Puts a kept artifact back. It stays kept as well, until it is dropped. Where the file system has hard links this needs no room: a disk that
    /// the new version has filled is a reason to go back.
    /// </summary>
    /// <param name="context">The deployment.</param>
    /// <param name="point">What was kept.</param>
    /// <param name="cancellationToken">Ends the work before the rename.</param>
    /// <exception cref="UpgradeException"><c>ArtifactSwapFailed</c>.</exception>
    public static async Task UndoAsync(DeploymentContext context, ReturnPoint point, CancellationToken cancellationToken)
    {
        var installed = point.Data.TryGetValue(InstalledKey, out var recorded) ? recorded : Installed(context);
        if (!File.Exists(point.Location))
        {
            throw new UpgradeException("ArtifactSwapFailed", UpgradeErrorCategory.ObjectNotFound, point.Location, $"The artifact kept in '{point.Location}' is not there any more, so it can't be put back.", "Fetch that version with Save-AppArtifact and put it in place with Update-AppArtifact.");
        }

        try
        {
            if (point.Data.TryGetValue(StagedKey, out var staged) && !await IsSameAsync(installed, point.Location, cancellationToken).ConfigureAwait(false)) ArtifactStage.Save(context, staged, installed);
            var linked = ArtifactCopy.TryLinkBeside(point.Location, installed);
            var partial = linked ?? await ArtifactCopy.WriteBesideAsync(point.Location, installed, "undo", cancellationToken).ConfigureAwait(false);
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                File.Move(partial, installed, overwrite: true);
            }
            finally
            {
                // Renamed over another name of the same file, as after an earlier try, it would stay: then nothing is renamed.
                File.Delete(partial);
            }

            PrivateFiles.FlushDirectory(Path.GetDirectoryName(installed)!);
            if (linked is not null) await DetachAsync(context, point.Location, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failed(context, installed, failure);
        }
    }

    /// <summary>Tells whether an artifact is the installed one, byte for byte.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="artifact">The artifact.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<bool> IsInstalledAsync(DeploymentContext context, AppArtifact artifact, CancellationToken cancellationToken) =>
        context.Deployment.Settings.ArtifactPath is { Length: > 0 } path && File.Exists(path) && await IsSameAsync(path, artifact, cancellationToken).ConfigureAwait(false);

    /// <summary>Drops a kept artifact.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="point">What was kept.</param>
    public static void Drop(DeploymentContext context, ReturnPoint point)
    {
        try
        {
            var folder = Path.GetDirectoryName(point.Location)!;
            if (!Directory.Exists(folder)) return;
            foreach (var left in ArtifactCopy.Leftovers(point.Location)) File.Delete(left);
            File.Delete(point.Location);
            if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UpgradeException("ArtifactSwapFailed", UpgradeErrorCategory.WriteError, point.Location, $"The artifact of '{context.Deployment.Name}' kept in '{point.Location}' can't be removed: {failure.Message}", "Remove it by hand.", failure);
        }
    }

    /// <summary>Gets the installed file: behind a link lies the file that is to change.</summary>
    /// <param name="context">The deployment.</param>
    /// <exception cref="UpgradeException"><c>DeploymentInvalid</c>, <c>ArtifactSwapFailed</c>.</exception>
    public static string Installed(DeploymentContext context)
    {
        var path = context.Deployment.Settings.ArtifactPath;
        if (string.IsNullOrEmpty(path))
        {
            throw new UpgradeException("DeploymentInvalid", UpgradeErrorCategory.InvalidArgument, context.Deployment.Name, $"The deployment '{context.Deployment.Name}' names no artifact that could be swapped.", "Give it one with Set-AppDeployment -ArtifactPath.");
        }

        // Behind a link lies the file that is to change; the link itself stays.
        var target = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        return File.Exists(target)
            ? target
            : throw new UpgradeException("ArtifactSwapFailed", UpgradeErrorCategory.ObjectNotFound, target, $"The artifact '{target}' of '{context.Deployment.Name}' is not there.", "Check the deployment's artifact path.");
    }

    private static void Keep(string installed, string kept)
    {
        var folder = Path.GetDirectoryName(kept)!;
        PrivateFiles.CreateDirectory(folder);
        if (!HardLink.TryCreate(installed, kept))
        {
            var partial = kept + ".partial";
            File.Copy(installed, partial, overwrite: true);
            PrivateFiles.FlushFile(partial);
            File.Move(partial, kept, overwrite: true);
        }

        PrivateFiles.FlushDirectory(folder);
    }

    // What is written into the installed file in place must not reach the kept one. Where there is no room, the two stay one file: what was to
    // be done is done, and dropping the kept one takes only its name.
    private static async Task DetachAsync(DeploymentContext context, string kept, CancellationToken cancellationToken)
    {
        try
        {
            var copy = await ArtifactCopy.WriteBesideAsync(kept, kept, "kept", cancellationToken).ConfigureAwait(false);
            File.Move(copy, kept, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or UpgradeException or OperationCanceledException)
        {
            context.Operation.Verbose($"The kept artifact '{kept}' stays a second name of the installed one: {failure.Message}");
        }
    }

    // Whether it is back already: only then may what lies there be another than the one that was swapped in.
    private static async Task<bool> IsSameAsync(string installed, string kept, CancellationToken cancellationToken) =>
        File.Exists(installed) && new FileInfo(installed).Length == new FileInfo(kept).Length
        && await FileHash.ComputeAsync(installed, cancellationToken).ConfigureAwait(false) == await FileHash.ComputeAsync(kept, cancellationToken).ConfigureAwait(false);

    private static async Task<bool> IsSameAsync(string path, AppArtifact artifact, CancellationToken cancellationToken) =>
        new FileInfo(path).Length == artifact.Size && await FileHash.ComputeAsync(path, cancellationToken).ConfigureAwait(false) == artifact.Sha256;

    private static ReturnPoint Point(DeploymentContext context, string installed, string kept, AppVersion? version)
    {
        var file = new FileInfo(kept);
        return new ReturnPoint
        {
            Kind = "Artifact",
            Location = kept,
            Version = version,
            Size = file.Length,
            Created = Directory.GetCreationTimeUtc(Path.GetDirectoryName(kept)!),
            Data = new Dictionary<string, string> { [InstalledKey] = installed, ["deployment"] = context.Deployment.Name },
        };
    }

    private static UpgradeException Failed(DeploymentContext context, string installed, Exception failure) => DiskSpace.IsFull(failure)
        ? DiskSpace.Full(installed, failure)
        : new UpgradeException(
            "ArtifactSwapFailed",
            failure is UnauthorizedAccessException ? UpgradeErrorCategory.PermissionDenied : UpgradeErrorCategory.WriteError,
            installed,
            string.Create(CultureInfo.InvariantCulture, $"The artifact of '{context.Deployment.Name}' could not be put in place: {failure.Message}"),
            "The installed one is untouched. Check the rights of its folder.",
            failure);
}
