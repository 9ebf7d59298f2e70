using System.Globalization;
using System.Net;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Files;

/// <summary>Versions that are files, for the host kinds that run one: fetched beside the installed file, or asked for without fetching.</summary>
/// <param name="artifacts">Fetches and verifies.</param>
/// <param name="head">Asks an address whether there is something to fetch, and how large it is.</param>
internal sealed class FileSources(IArtifactFetcher artifacts, Func<Uri, CancellationToken, Task<(HttpStatusCode Status, long? Length)>>? head = null)
{
    private readonly Func<Uri, CancellationToken, Task<(HttpStatusCode Status, long? Length)>> _head = head ?? ArtifactHead.AskAsync;

    /// <summary>Fetches and verifies a file.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<InstallSource> FetchAsync(DeploymentContext context, SourceRequest request, CancellationToken cancellationToken)
    {
        var wanted = ToArtifact(context, request);
        if (wanted.Destination.Length == 0) wanted = wanted with { Destination = ArtifactFolder.For(context.Deployment) };
        ArtifactStage.GiveBack(context, wanted.Version);
        var artifact = await artifacts.FetchAsync(context.Spec, wanted, context.Operation, cancellationToken).ConfigureAwait(false);
        try
        {
            artifact = await ArtifactStage.PutAsync(context, artifact, ArtifactSwapper.Installed(context), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It can still be copied at the swap; that takes longer.
            context.Operation.Verbose($"'{artifact.Path}' can't be laid ready for the swap: {failure.Message}");
        }

        return new InstallSource { Version = artifact.Version, Edition = artifact.Edition, Artifact = artifact };
    }

    /// <summary>Tells whether a file can be had.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<SourceCheck> CheckAsync(DeploymentContext context, SourceRequest request, CancellationToken cancellationToken)
    {
        if (context.Spec.Artifact is null) return SourceCheck.Available();
        var wanted = ToArtifact(context, request);
        if (wanted.Destination.Length == 0 && context.Deployment.Settings.ArtifactPath is { Length: > 0 }) wanted = wanted with { Destination = ArtifactFolder.For(context.Deployment) };
        var plan = ArtifactPlan.For(context.Spec, wanted);
        if (plan.LocalPath is { } file) return await FileAsync(context, request, file, new FileInfo(file).Length, cancellationToken).ConfigureAwait(false);

        // What was fetched before is verified again when it is used.
        if (plan.Target is { } target && File.Exists(target)) return await FileAsync(context, request, target, 0, cancellationToken).ConfigureAwait(false);
        return await AddressAsync(request, plan, cancellationToken).ConfigureAwait(false);
    }

    private static ArtifactRequest ToArtifact(DeploymentContext context, SourceRequest request) => new()
    {
        Version = request.Version,
        Edition = request.Edition.Length > 0 ? request.Edition : context.Deployment.Edition,
        Path = request.Path,
        BaseUrl = request.BaseUrl,
        Sha256 = request.Sha256,
        Destination = request.Destination ?? "",
    };

    private async Task<SourceCheck> FileAsync(DeploymentContext context, SourceRequest request, string file, long size, CancellationToken cancellationToken)
    {
        var version = await artifacts.ReadVersionAsync(context.Spec, file, cancellationToken).ConfigureAwait(false);
        return version is null || version == request.Version
            ? SourceCheck.Available(file, size)
            : SourceCheck.Missing($"The artifact '{file}' is version {version}, and the stop is {request.Version}.", "Give the artifact of that version.", file);
    }

    private async Task<SourceCheck> AddressAsync(SourceRequest request, ArtifactPlan plan, CancellationToken cancellationToken)
    {
        const string Remedy = "Check the network and the address, name a mirror with -BaseUrl, or fetch the artifact yourself and give its path with -ArtifactPath.";
        try
        {
            var (answer, length) = await _head(plan.Address!, cancellationToken).ConfigureAwait(false);
            var status = (int)answer;

            // 403 and 405 are what servers answer that know no HEAD: fetching will tell.
            return status is (>= 200 and < 400) or 403 or 405 or 501
                ? SourceCheck.Available(plan.Shown, length)
                : SourceCheck.Missing(string.Create(CultureInfo.InvariantCulture, $"The artifact of {request.Version} is not at {plan.Shown}: it answers {status}."), Remedy, plan.Shown);
        }
        catch (HttpRequestException failure)
        {
            return SourceCheck.Missing($"The artifact of {request.Version} can't be fetched from {plan.Shown}: {failure.Message}", Remedy, plan.Shown);
        }
    }
}
