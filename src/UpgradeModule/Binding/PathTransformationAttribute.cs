using System.Management.Automation;

namespace UpgradeModule.Binding;

/// <summary>Takes upgrade paths that were serialised, and the path of a readiness check.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PathTransformationAttribute() : RecordTransformationAttribute(typeof(UpgradePath))
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        // Bound by value, before the binder looks at properties: the result's deployment alone would be upgraded to the newest release.
        var checkedPath = inputData switch
        {
            ReadinessResult result => result.Path,
            PSObject { BaseObject: ReadinessResult result } => result.Path,
            PSObject bag when RecordRebuilder.TryRebuild(bag, typeof(ReadinessResult), out var record) => ((ReadinessResult)record!).Path,
            _ => null,
        };
        return checkedPath ?? base.Transform(engineIntrinsics, inputData);
    }
}
