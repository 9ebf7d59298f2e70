using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Artifacts;

/// <summary>Fetches artifacts into a folder, and verifies them before they get their name there.</summary>
internal sealed class ArtifactFetcher : IArtifactFetcher, IDisposable
{
    private readonly ArtifactDownloader _downloader = new();

    /// <inheritdoc/>
    public async Task<AppArtifact> FetchAsync(AppSpec spec, ArtifactRequest request, IOperationContext operation, CancellationToken cancellationToken)
    {
        var plan = ArtifactPlan.For(spec, request);
        var verifier = new ArtifactVerifier(spec, request);
        try
        {
            if (plan.Target is null) return await verifier.VerifyAsync(plan.LocalPath!, plan.Shown, operation, cancellationToken).ConfigureAwait(false) with { Cached = true };
            if (await FindCachedAsync(plan, verifier, operation, cancellationToken).ConfigureAwait(false) is { } cached) return cached;
            return await FetchAsync(spec, plan, verifier, operation, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException failure) when (DiskSpace.IsFull(failure))
        {
            throw DiskSpace.Full(plan.Target ?? plan.Shown, failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UpgradeException("ArtifactDownloadFailed", UpgradeErrorCategory.WriteError, plan.Target ?? plan.Shown, $"The artifact '{plan.Shown}' could not be fetched: {failure.Message}", "Check the rights of the folder that it goes to.", failure);
        }
    }

    /// <inheritdoc/>
    public Task<AppVersion?> ReadVersionAsync(AppSpec spec, string path, CancellationToken cancellationToken) =>
        EmbeddedVersion.ReadAsync(spec.Artifact?.Version, path, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _downloader.Dispose();

    private static async Task<AppArtifact?> FindCachedAsync(ArtifactPlan plan, ArtifactVerifier verifier, IOperationContext operation, CancellationToken cancellationToken)
    {
        if (!File.Exists(plan.Target)) return null;
        try
        {
            var artifact = await verifier.VerifyAsync(plan.Target, plan.Shown, operation, cancellationToken).ConfigureAwait(false);
            if (plan.LocalPath is not null && !await HasHashAsync(plan.LocalPath, artifact.Sha256, cancellationToken).ConfigureAwait(false))
            {
                // The file that was given is what is wanted: it is verified itself, whatever was fetched before.
                operation.Verbose($"'{plan.Target}' is there and not the same as '{plan.Shown}', which is taken.");
                return null;
            }

            if (await IsAsFetchedAsync(plan.Target, artifact.Sha256, cancellationToken).ConfigureAwait(false)) return artifact with { Cached = true };
            operation.Verbose($"'{plan.Target}' is not what was fetched then, and is fetched again.");
        }
        catch (UpgradeException failure) when (failure.ErrorId is "ArtifactChecksumMismatch" or "ArtifactVersionMismatch" or "ArtifactUnreadable")
        {
            operation.Verbose($"'{plan.Target}' is there and not as it should be, so it is fetched again: {failure.Message}");
        }

        return null;
    }

    private static async Task<bool> HasHashAsync(string path, string sha256, CancellationToken cancellationToken) =>
        sha256.Equals(await FileHash.ComputeAsync(path, cancellationToken).ConfigureAwait(false), StringComparison.OrdinalIgnoreCase);

    private static async Task<bool> IsAsFetchedAsync(string path, string sha256, CancellationToken cancellationToken)
    {
        // The hash at the time of the fetch lies beside: it tells a file that was damaged since where its maker publishes none.
        var beside = path + ".sha256";
        return !File.Exists(beside) || (await File.ReadAllTextAsync(beside, cancellationToken).ConfigureAwait(false)).StartsWith(sha256, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<AppArtifact> FetchAsync(AppSpec spec, ArtifactPlan plan, ArtifactVerifier verifier, IOperationContext operation, CancellationToken cancellationToken)
    {
        var target = plan.Target!;
        var folder = Path.GetDirectoryName(target)!;
        if (Path.GetFileName(Path.GetDirectoryName(folder)) == ".upgrademodule") PrivateFiles.CreateDirectory(folder);
        else Directory.CreateDirectory(folder);

        var partial = Path.Combine(folder, $".{Guid.NewGuid():N}.partial{Path.GetExtension(target)}");
        try
        {
            if (plan.LocalPath is not null)
            {
                DiskSpace.Demand(folder, new FileInfo(plan.LocalPath).Length, "the artifact");
                await Task.Run(() => File.Copy(plan.LocalPath, partial), cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await _downloader.DownloadAsync(plan.Address!, plan.Shown, partial, operation, cancellationToken).ConfigureAwait(false);
            }

            EmbeddedVersion.Prepare(spec.Artifact?.Version, partial);
            var artifact = await verifier.VerifyAsync(partial, plan.Shown, operation, cancellationToken).ConfigureAwait(false);
            PrivateFiles.FlushFile(partial);
            File.Delete(target + ".sha256");
            File.Move(partial, target, overwrite: true);
            await File.WriteAllTextAsync(target + ".sha256", $"{artifact.Sha256}  {Path.GetFileName(target)}\n", CancellationToken.None).ConfigureAwait(false);
            PrivateFiles.FlushDirectory(folder);
            return artifact with { Path = target };
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
