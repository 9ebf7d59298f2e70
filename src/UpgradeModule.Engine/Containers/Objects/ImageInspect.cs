using System.Text.Json;
using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>An image, as <c>GET /images/X/json</c> tells it.</summary>
internal sealed record ImageInspect
{
    /// <summary>Its id: <c>sha256:…</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary>Its tags: <c>repo:tag</c>.</summary>
    public IReadOnlyList<string>? RepoTags { get; init; }

    /// <summary>Its digests in registries: <c>repo@sha256:…</c>. An image that was made here has none.</summary>
    public IReadOnlyList<string>? RepoDigests { get; init; }

    /// <summary>When it was made (RFC 3339).</summary>
    public string? Created { get; init; }

    /// <summary>The processor: amd64, arm64 …</summary>
    public string? Architecture { get; init; }

    /// <summary>The processor's variant: v7, v8 …</summary>
    public string? Variant { get; init; }

    /// <summary>The operating system: linux, windows.</summary>
    public string? Os { get; init; }

    /// <summary>Its size in bytes, with that of the images that it shares layers with.</summary>
    public long Size { get; init; }

    /// <summary>What its containers run where nothing else is asked for.</summary>
    public ContainerConfig? Config { get; init; }

    /// <summary>What isn't modelled.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }

    /// <summary>Its platform: <c>linux/amd64</c>, <c>linux/arm/v7</c>.</summary>
    [JsonIgnore]
    public string Platform => string.Join('/', new[] { Os, Architecture, Variant }.Where(part => !string.IsNullOrEmpty(part)));
}
