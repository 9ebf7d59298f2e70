using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Paths;

/// <summary>A release that no path may pass by, with all that a path shows of it.</summary>
/// <param name="Release">The release.</param>
/// <param name="Reason">Why.</param>
/// <param name="Notes">The address of its release notes.</param>
internal sealed record MandatoryStop(ReleaseEntry Release, string Reason, string? Notes);
