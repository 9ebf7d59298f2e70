using System.Management.Automation;

namespace UpgradeModule.Binding;

/// <summary>Takes deployments that were serialised, and names of stored ones.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DeploymentTransformationAttribute() : RecordTransformationAttribute(typeof(AppDeployment))
{
    /// <summary>Whether a deployment is only a name that stands for the stored one.</summary>
    /// <param name="deployment">The deployment.</param>
    public static bool IsNameOnly(AppDeployment deployment) => deployment.App.Length == 0;

    /// <inheritdoc/>
    protected override object? FromText(EngineIntrinsics engineIntrinsics, string text) => text.Length == 0 ? null : new AppDeployment { Name = text };
}
