using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Paths;

/// <summary>A release that no path may pass by.</summary>
/// <param name="Release">The release.</param>
/// <param name="Reason">Why.</param>
internal sealed record MandatoryStop(ReleaseEntry Release, string Reason);
