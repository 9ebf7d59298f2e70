namespace UpgradeModule.Engine.Artifacts;

/// <summary>Tells where a deployment's artifacts are laid before they are swapped in.</summary>
internal static class ArtifactFolder
{
    /// <summary>A folder beside the installed artifact, so that a swap is a rename and no copy.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <exception cref="UpgradeException"><c>DeploymentInvalid</c>: the deployment names no artifact.</exception>
    public static string For(AppDeployment deployment)
    {
        var artifact = deployment.Settings.ArtifactPath;
        if (string.IsNullOrEmpty(artifact))
        {
            throw new UpgradeException(
                "DeploymentInvalid", UpgradeErrorCategory.InvalidArgument, deployment.Name,
                $"The deployment '{deployment.Name}' names no artifact, so there is nothing to put a new version in the place of.",
                "Set its ArtifactPath to the file that an upgrade swaps.");
        }

        return Path.Combine(Path.GetDirectoryName(Path.GetFullPath(artifact))!, ".upgrademodule", "artifacts");
    }
}
