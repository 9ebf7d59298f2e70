namespace UpgradeModule.Engine.Containers;

/// <summary>Who an engine is, and what both sides speak.</summary>
/// <param name="Name">Docker or Podman.</param>
/// <param name="Version">Its version: 20.10.24.</param>
/// <param name="ApiVersion">The API version that is spoken: the newest that both know.</param>
/// <param name="Os">linux or windows.</param>
/// <param name="Architecture">The processor: amd64, arm64.</param>
internal sealed record EngineVersion(string Name, string Version, Version ApiVersion, string Os, string Architecture)
{
    /// <summary>Whether it is Podman, which differs here and there.</summary>
    public bool IsPodman => Name == "Podman";

    /// <summary>Name and version.</summary>
    public override string ToString() => $"{Name} {Version}";
}
