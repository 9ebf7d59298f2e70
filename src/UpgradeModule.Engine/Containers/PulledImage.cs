using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Containers;

/// <summary>An image that was pulled.</summary>
/// <param name="Reference">As it was asked for.</param>
/// <param name="Digest">What was pulled, for good: <c>repo@sha256:…</c>.</param>
/// <param name="Image">The image on the engine's machine.</param>
/// <param name="Cached">Whether it was there already and nothing had to be fetched.</param>
internal sealed record PulledImage(string Reference, string Digest, ImageInspect Image, bool Cached);
