using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Paths;

/// <summary>Works out upgrade paths: pure, no input or output.</summary>
public interface IUpgradePathPlanner
{
    /// <summary>Works out the path from a version to a target.</summary>
    /// <param name="spec">The app definition.</param>
    /// <param name="request">Start and target.</param>
    /// <returns>The path; without stops where the target runs already.</returns>
    /// <exception cref="UpgradeException">
    /// <c>VersionNotFound</c>: the target never was (the nearest are named). <c>ReleaseWithdrawn</c>: it was withdrawn or never published.
    /// <c>TargetOlder</c>: it is older than the start; the two ways back, restore and migrate down, are named. <c>EditionNotFound</c>.
    /// <c>VersionInvalid</c>: the text is no version. <c>PathNotFound</c>: no release is left to stop at.
    /// </exception>
    UpgradePath Plan(AppSpec spec, PathRequest request);
}
