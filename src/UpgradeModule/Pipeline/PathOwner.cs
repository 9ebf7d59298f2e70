namespace UpgradeModule.Pipeline;

/// <summary>Finds the deployment that a path is for.</summary>
internal static class PathOwner
{
    /// <summary>The path's deployment.</summary>
    /// <param name="path">The path.</param>
    /// <exception cref="UpgradeException"><c>DeploymentMissing</c>: the path was asked for two versions, not for a deployment.</exception>
    public static AppDeployment Of(UpgradePath path) => path.Deployment ?? throw new UpgradeException(
        "DeploymentMissing",
        UpgradeErrorCategory.InvalidArgument,
        path.ToString(),
        $"The path '{path}' belongs to no deployment.",
        "Ask for the path of a deployment: Get-AppDeployment NAME | Get-UpgradePath.");
}
