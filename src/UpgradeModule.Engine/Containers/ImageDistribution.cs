namespace UpgradeModule.Engine.Containers;

/// <summary>What a registry has under a reference.</summary>
/// <param name="Digest">Its digest: <c>repo@sha256:…</c>.</param>
/// <param name="Platforms">The platforms that it has: <c>linux/amd64</c>.</param>
internal sealed record ImageDistribution(string Digest, IReadOnlyList<string> Platforms);
