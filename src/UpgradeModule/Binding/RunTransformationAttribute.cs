using System.Management.Automation;

namespace UpgradeModule.Binding;

/// <summary>Takes upgrade runs and results that were serialised, and ids of runs.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RunTransformationAttribute() : RecordTransformationAttribute(typeof(UpgradeRun))
{
    /// <summary>Whether a run is only an id, yet to be looked up.</summary>
    /// <param name="run">The run.</param>
    public static bool IsNameOnly(UpgradeRun run) => run.Deployment.Name.Length == 0;

    /// <inheritdoc/>
    protected override object? FromText(EngineIntrinsics engineIntrinsics, string text) => text.Length == 0 ? null : new UpgradeRun { RunId = text };
}
