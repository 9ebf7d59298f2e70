using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Containers.Registries;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Versions that are images: pulled and pinned by their digest, or asked for without pulling.</summary>
/// <param name="engine">The engine.</param>
/// <param name="context">The deployment.</param>
internal sealed class ImageSources(IContainerEngine engine, DeploymentContext context)
{
    private const string OtherRegistry = "Check the version, and whether it is in another registry: -Registry names one.";
    private readonly ImageTags _tags = new(context.Spec);

    /// <summary>Pulls an image. One with a tag that stays, which is there already, is taken as it is: no registry is needed then.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="present">The deployment's container, where it is there: the new image comes from the same registry and for the same platform.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>ImageNotFound</c>, <c>RegistryLoginFailed</c>, <c>RegistryUnreachable</c>, <c>PlatformMismatch</c>, <c>ArtifactVersionMismatch</c>, <c>DiskFull</c>.</exception>
    public async Task<InstallSource> FetchAsync(SourceRequest request, ContainerInspect? present, CancellationToken cancellationToken)
    {
        var reference = ReferenceOf(request, present);
        var platform = await PlatformAsync(present, cancellationToken).ConfigureAwait(false);
        var mutable = IsMutable(reference);
        var local = mutable ? null : await engine.FindImageAsync(reference.ToString(), cancellationToken).ConfigureAwait(false);
        AppImage image;
        if (local is not null)
        {
            if (platform is not null && !PlatformName.Matches(platform, local.Platform)) throw WrongPlatform(reference, local.Platform, platform);
            image = Image(request, reference, local, DigestOf(reference, local), cached: true);
        }
        else
        {
            var pulled = await PullAsync(new ImagePullRequest { Reference = reference.ToString(), Platform = platform, Credential = request.RegistryCredential ?? context.RegistryCredential }, cancellationToken).ConfigureAwait(false);
            image = Image(request, reference, pulled.Image, pulled.Digest, pulled.Cached);
        }

        DemandVersion(request, reference, await engine.FindImageAsync(image.ImageId, cancellationToken).ConfigureAwait(false));
        image = image with { Mutable = mutable };
        if (mutable) context.Operation.Warning($"The tag of {reference} moves: today it is {(image.Digest.Length > 0 ? image.Digest : image.ImageId)}, and that is what is installed. Name a version's own tag, so that everybody knows which one runs.");
        return new InstallSource { Version = request.Version, Edition = EditionOf(request), Image = image };
    }

    /// <summary>Tells whether an image can be had.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="present">The deployment's container.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<SourceCheck> CheckAsync(SourceRequest request, ContainerInspect? present, CancellationToken cancellationToken)
    {
        var reference = ReferenceOf(request, present);
        var mutable = IsMutable(reference);
        try
        {
            var platform = await PlatformAsync(present, cancellationToken).ConfigureAwait(false);
            if (!mutable && await engine.FindImageAsync(reference.ToString(), cancellationToken).ConfigureAwait(false) is { } local)
            {
                return platform is null || PlatformName.Matches(platform, local.Platform) ? SourceCheck.Available(reference.ToString(), 0) : Missing(WrongPlatform(reference, local.Platform, platform), reference);
            }

            var there = await engine.InspectDistributionAsync(new ImagePullRequest { Reference = reference.ToString(), Credential = request.RegistryCredential ?? context.RegistryCredential }, cancellationToken).ConfigureAwait(false);
            if (platform is not null && there.Platforms.Count > 0 && !there.Platforms.Any(offered => PlatformName.Matches(platform, offered))) return Missing(WrongPlatform(reference, string.Join(", ", there.Platforms), platform), reference);
            var available = await MeasuredAsync(SourceCheck.Available(reference.ToString()), present, cancellationToken).ConfigureAwait(false);
            return mutable ? available with { Warning = $"The tag of {reference} moves: it is pinned to what it names when it is pulled, at present {there.Digest}.", Remedy = "Name a version's own tag." } : available;
        }
        catch (UpgradeException failure) when (failure.ErrorId == "ContainerEngineNotSupported")
        {
            // Podman can't ask without pulling: then pulling will tell.
            return await MeasuredAsync(SourceCheck.Available(reference.ToString()), present, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure) when (failure.ErrorId is "ImageNotFound" or "RegistryLoginFailed" or "RegistryUnreachable")
        {
            return Missing(failure, reference);
        }
    }

    /// <summary>The image of a version: given whole, or by the definition, from the registry that was given, else from the one that the present image is of.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="present">The deployment's container.</param>
    /// <exception cref="UpgradeException"><c>ImageNotFound</c>: the definition names none. <c>RegistryLoginFailed</c>: a log-in stands in an address.</exception>
    public ImageReference ReferenceOf(SourceRequest request, ContainerInspect? present)
    {
        DemandNoLogIn(request);
        if (request.Image is { Length: > 0 } whole) return ImageReference.Parse(whole);
        var edition = EditionOf(request);
        var spec = context.Spec.Image;
        if (spec is null || !spec.Repositories.TryGetValue(edition, out var repository))
        {
            throw new UpgradeException("ImageNotFound", UpgradeErrorCategory.ObjectNotFound, context.Spec.Name, $"The definition of {context.Spec.DisplayName} names no image of the edition '{edition}'.", "Add it to the definition (image.repositories), or name the image itself with -Image.");
        }

        var registry = request.Registry is { Length: > 0 } given ? given.TrimEnd('/') : RegistryOf(present) ?? spec.Registry ?? "";
        var usual = registry is "" or "docker.io" or "index.docker.io" or "registry-1.docker.io";
        return new ImageReference(usual ? repository : registry + "/" + repository, _tags.TagOf(request.Version), null);
    }

    // It would stand in messages, in the journal and on the container. An image's digest comes after its last slash.
    private void DemandNoLogIn(SourceRequest request)
    {
        var inRegistry = request.Registry?.Contains('@', StringComparison.Ordinal) == true;
        var inImage = request.Image?.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at && request.Image.IndexOf('/', at) >= 0;
        if (!inRegistry && !inImage) return;
        throw new UpgradeException("RegistryLoginFailed", UpgradeErrorCategory.InvalidArgument, context.Spec.Name, $"The {(inRegistry ? "registry" : "image")} that was given has a user or a password in its address.", "Give the address without them, and the log-in with -RegistryCredential or 'docker login'.");
    }

    private AppImage Image(SourceRequest request, ImageReference reference, ImageInspect image, string digest, bool cached) => new()
    {
        App = context.Spec.Name,
        Edition = EditionOf(request),
        Version = request.Version,
        Reference = reference.ToString(),
        Digest = digest,
        ImageId = image.Id,
        Platform = image.Platform,
        Size = image.Size,
        Cached = cached,
    };

    // An image that was made here has no digest: its id never moves either.
    private static string DigestOf(ImageReference reference, ImageInspect image) =>
        image.RepoDigests?.FirstOrDefault(digest => ImageReference.Parse(digest).FullRepository == reference.FullRepository) ?? "";

    private static SourceCheck Missing(UpgradeException failure, ImageReference reference) => SourceCheck.Missing(failure.Message, failure.Remedy is null ? OtherRegistry : "", reference.ToString());

    private static UpgradeException WrongPlatform(ImageReference reference, string offered, string needed) =>
        new("PlatformMismatch", UpgradeErrorCategory.InvalidData, reference.ToString(), $"The image {reference} is for {offered}, and the deployment runs on {needed}.", "Take an image that is made for this platform.");

    private bool IsMutable(ImageReference reference) => reference.Digest is null && _tags.IsMutable(reference.Tag);

    private string EditionOf(SourceRequest request) => request.Edition.Length > 0 ? request.Edition : context.Deployment.Edition.Length > 0 ? context.Deployment.Edition : VersionScheme.Of(context.Spec).DefaultEdition;

    private string? RegistryOf(ContainerInspect? present)
    {
        var reference = ImageReference.Parse(present?.Config?.Image);
        var known = context.Spec.Image?.Repositories.Values.FirstOrDefault(reference.IsOf);
        return known is not null && reference.RegistryOf(known) is { Length: > 0 } registry ? registry : null;
    }

    // No registry tells what an image takes once it is unpacked. The one that runs does, and the next is much like it.
    private async Task<SourceCheck> MeasuredAsync(SourceCheck available, ContainerInspect? present, CancellationToken cancellationToken)
    {
        if (!EnginePlace.Of(engine.Address).SharesNetwork || present?.Image is not { } id) return available;
        var image = await engine.FindImageAsync(id, cancellationToken).ConfigureAwait(false);
        var info = await engine.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        return image is null || string.IsNullOrEmpty(info.DockerRootDir) ? available : available with { Size = image.Size, Folder = info.DockerRootDir };
    }

    private async Task<string?> PlatformAsync(ContainerInspect? present, CancellationToken cancellationToken) =>
        present?.Image is { } id && await engine.FindImageAsync(id, cancellationToken).ConfigureAwait(false) is { Platform.Length: > 0 } image ? image.Platform : null;

    private void DemandVersion(SourceRequest request, ImageReference reference, ImageInspect? image)
    {
        // Only an image that was named by hand can be another version than its name says.
        if (request.Image is null || (_tags.VersionOf(reference.Tag) ?? InstalledVersion.Of(context.Spec, image)) is not { } told || VersionScheme.Of(context.Spec).Compare(told, request.Version) == 0) return;
        throw new UpgradeException("ArtifactVersionMismatch", UpgradeErrorCategory.InvalidData, reference.ToString(), $"The image {reference} is version {told}, and {request.Version} is wanted.", "Name the image of that version.");
    }

    private async Task<PulledImage> PullAsync(ImagePullRequest request, CancellationToken cancellationToken)
    {
        var bars = new LayerBars(context.Operation, $"Pulling {request.Reference}");
        try
        {
            return await engine.PullImageAsync(request, bars, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            bars.End();
        }
    }
}
