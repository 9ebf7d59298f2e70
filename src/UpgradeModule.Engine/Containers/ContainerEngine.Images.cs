using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Containers.Registries;
using UpgradeModule.Engine.Containers.Streams;

namespace UpgradeModule.Engine.Containers;

/// <content>Images.</content>
internal sealed partial class ContainerEngine
{
    private const string AuthHeader = "X-Registry-Auth";

    /// <summary>Since then one name may hold the image for several platforms, and an inspect can be told which.</summary>
    private static readonly Version ImagesOfMany = new(1, 49);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ImageSummary>> ListImagesAsync(CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(HttpMethod.Get, "/images/json", null, null, cancellationToken).ConfigureAwait(false);
        await RequireAsync(response, Address, "list its images", cancellationToken).ConfigureAwait(false);
        return await http.ReadAsync(response, EngineJson.Default.IReadOnlyListImageSummary, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<ImageInspect?> FindImageAsync(string image, CancellationToken cancellationToken) => FindVariantAsync(image, null, cancellationToken);

    /// <inheritdoc/>
    public async Task<ImageInspect> InspectImageAsync(string image, CancellationToken cancellationToken) =>
        await FindImageAsync(image, cancellationToken).ConfigureAwait(false) ?? throw EngineErrors.ImageNotFound(image);

    /// <inheritdoc/>
    public async Task<ImageDistribution> InspectDistributionAsync(ImagePullRequest request, CancellationToken cancellationToken)
    {
        var image = ImageReference.Parse(request.Reference);
        var version = await http.VersionAsync(cancellationToken).ConfigureAwait(false);
        if (version.IsPodman) throw EngineErrors.NotSupported(Address, $"({version}) can't ask a registry without pulling.", "Pull the image.");
        var login = await logins.FindAsync(image.Registry, request.Credential, cancellationToken).ConfigureAwait(false);
        using var response = await http.SendAsync(HttpMethod.Get, $"/distribution/{ImagePath(image.Wanted)}/json", null, Auth(login), cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode) throw RegistryFailures.For(Address, image, request, login, await EngineHttp.MessageAsync(response, cancellationToken).ConfigureAwait(false), (int)response.StatusCode);
        var answer = await http.ReadAsync(response, EngineJson.Default.DistributionAnswer, cancellationToken).ConfigureAwait(false);
        return new ImageDistribution($"{image.Name}@{answer.Descriptor?.Digest}", [.. answer.Platforms?.Select(platform => platform.ToString()) ?? []]);
    }

    /// <inheritdoc/>
    public async Task<PulledImage> PullImageAsync(ImagePullRequest request, IProgress<LayerProgress>? progress, CancellationToken cancellationToken)
    {
        var image = ImageReference.Parse(request.Reference);
        var before = await FindImageAsync(image.Wanted, cancellationToken).ConfigureAwait(false);
        var login = await logins.FindAsync(image.Registry, request.Credential, cancellationToken).ConfigureAwait(false);
        var what = image.Digest is not null ? Query(("fromImage", image.Wanted), ("platform", request.Platform)) : Query(("fromImage", image.Name), ("tag", image.Tag ?? "latest"), ("platform", request.Platform));
        var tracker = new LayerTracker(progress);
        using (var response = await http.SendAsync(HttpMethod.Post, "/images/create" + what, null, Auth(login), cancellationToken).ConfigureAwait(false))
        {
            if (!response.IsSuccessStatusCode) throw RegistryFailures.For(Address, image, request, login, await EngineHttp.MessageAsync(response, cancellationToken).ConfigureAwait(false), (int)response.StatusCode);
            await foreach (var message in MessagesAsync(response, cancellationToken).ConfigureAwait(false))
            {
                if (message.Error is { Length: > 0 } error) throw RegistryFailures.For(Address, image, request, login, error, (int)response.StatusCode);
                tracker.Take(message);
            }
        }

        tracker.Finish();
        // An answer that ends early looks like one that ends; without this, the image that the tag named before would pass for the new one.
        var version = await http.VersionAsync(cancellationToken).ConfigureAwait(false);
        var pulled = await FindVariantAsync(image.Wanted, version.ApiVersion >= ImagesOfMany ? request.Platform : null, cancellationToken).ConfigureAwait(false);
        if (pulled is null || (tracker.Digest is null && !version.IsPodman)) throw EngineErrors.Failed(Address, image.Wanted, $"pull '{image.Wanted}'", "it ended before the image was complete");
        if (request.Platform is { } asked && !PlatformName.Matches(asked, pulled.Platform)) throw EngineErrors.PlatformMismatch(image.Wanted, asked, $"it is for {pulled.Platform}");
        return new PulledImage(request.Reference, DigestOf(image, tracker.Digest, pulled), pulled, before?.Id == pulled.Id);
    }

    /// <inheritdoc/>
    public async Task TagImageAsync(string image, string reference, CancellationToken cancellationToken)
    {
        var target = ImageReference.Parse(reference);
        using var response = await http.SendAsync(HttpMethod.Post, $"/images/{ImagePath(image)}/tag" + Query(("repo", target.Name), ("tag", target.Tag ?? "latest")), null, null, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound) throw EngineErrors.ImageNotFound(image);
        await RequireAsync(response, image, $"tag the image '{image}' as '{reference}'", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task RemoveImageAsync(string image, bool force, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(HttpMethod.Delete, $"/images/{ImagePath(image)}" + Query(("force", force ? "1" : null)), null, null, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound) return;
        if (response.StatusCode == HttpStatusCode.Conflict) throw EngineErrors.ImageInUse(image, await EngineHttp.MessageAsync(response, cancellationToken).ConfigureAwait(false));
        await RequireAsync(response, image, $"remove the image '{image}'", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task PushImageAsync(ImagePullRequest request, CancellationToken cancellationToken)
    {
        var image = ImageReference.Parse(request.Reference);
        if (await FindImageAsync(image.Wanted, cancellationToken).ConfigureAwait(false) is null) throw EngineErrors.ImageNotFound(image.Wanted);
        var login = await logins.FindAsync(image.Registry, request.Credential, cancellationToken).ConfigureAwait(false);
        using var response = await http.SendAsync(HttpMethod.Post, $"/images/{ImagePath(image.Name)}/push" + Query(("tag", image.Tag ?? "latest")), null, new Dictionary<string, string> { [AuthHeader] = RegistryLogins.Header(login) }, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode) throw RegistryFailures.For(Address, image, request, login, await EngineHttp.MessageAsync(response, cancellationToken).ConfigureAwait(false), (int)response.StatusCode);
        await foreach (var message in MessagesAsync(response, cancellationToken).ConfigureAwait(false))
        {
            if (message.Error is { Length: > 0 } error) throw RegistryFailures.For(Address, image, request, login, error, (int)response.StatusCode);
        }
    }

    /// <inheritdoc/>
    public async Task ImportImageAsync(Stream archive, string reference, IReadOnlyList<string> instructions, CancellationToken cancellationToken)
    {
        var image = ImageReference.Parse(reference);
        (string, string?)[] query = [("fromSrc", "-"), ("repo", image.Name), ("tag", image.Tag ?? "latest"), .. instructions.Select(line => ("changes", (string?)line))];
        using var content = new ArchiveContent(archive);
        using var response = await http.SendAsync(HttpMethod.Post, "/images/create" + Query(query), content, null, cancellationToken).ConfigureAwait(false);
        await RequireAsync(response, reference, $"make the image '{reference}'", cancellationToken).ConfigureAwait(false);
        await TextAsync(response, reference, $"make the image '{reference}'", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<string> LoadImagesAsync(Stream archive, CancellationToken cancellationToken)
    {
        using var content = new ArchiveContent(archive);
        using var response = await http.SendAsync(HttpMethod.Post, "/images/load?quiet=1", content, null, cancellationToken).ConfigureAwait(false);
        await RequireAsync(response, Address, "take images in", cancellationToken).ConfigureAwait(false);
        return await TextAsync(response, Address, "take images in", cancellationToken).ConfigureAwait(false);
    }

    private static Dictionary<string, string>? Auth(RegistryAuth? login) => login is null ? null : new() { [AuthHeader] = RegistryLogins.Header(login) };

    // The registry's own digest is what can be pulled again anywhere; an image's other names in the same repository are not.
    private static string DigestOf(ImageReference image, string? told, ImageInspect pulled)
    {
        if ((image.Digest ?? told) is { } digest) return $"{image.Name}@{digest}";
        return pulled.RepoDigests?.FirstOrDefault(image.IsOf) is { } known ? $"{image.Name}@{known.Split('@')[1]}" : "";
    }

    private Task<ImageInspect?> FindVariantAsync(string image, string? platform, CancellationToken cancellationToken) =>
        FindAsync($"/images/{ImagePath(image)}/json" + Query(("platform", platform is null ? null : PlatformName.Json(platform))), image, $"inspect the image '{image}'", EngineJson.Default.ImageInspect, cancellationToken);

    private async Task<string> TextAsync(HttpResponseMessage response, object target, string what, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        await foreach (var message in MessagesAsync(response, cancellationToken).ConfigureAwait(false))
        {
            if (message.Error is { Length: > 0 } error) throw EngineErrors.Failed(Address, target, what, error);
            text.Append(message.Stream ?? message.Status);
        }

        return text.ToString().Trim();
    }

    private async IAsyncEnumerable<TransferMessage> MessagesAsync(HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = new ResponseStream(response, await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), http);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            TransferMessage? message;
            try
            {
                message = JsonSerializer.Deserialize(line, EngineJson.Default.TransferMessage);
            }
            catch (JsonException failure)
            {
                throw EngineErrors.Failed(Address, Address, "be understood", failure.Message);
            }

            if (message is not null) yield return message;
        }
    }
}
