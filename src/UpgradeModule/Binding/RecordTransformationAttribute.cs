using System.Collections;
using System.Management.Automation;

namespace UpgradeModule.Binding;

/// <summary>
/// Lets records bind that went through Clixml, a job or remoting, and texts that stand for a record. What it can't make a record of it leaves
/// alone, so that the binder tries its other ways.
/// </summary>
internal abstract class RecordTransformationAttribute(Type recordType) : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var input = inputData is PSObject wrapped && wrapped.BaseObject is not PSCustomObject ? wrapped.BaseObject : inputData;
        if (input is null || recordType.IsInstanceOfType(input)) return inputData;
        if (input is string text) return FromText(engineIntrinsics, text) ?? inputData;
        if (input is not IList list) return RecordRebuilder.TryRebuild(input, recordType, out var record) ? record : inputData;
        var records = Array.CreateInstance(recordType, list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            var item = Transform(engineIntrinsics, list[i]);
            if (item is PSObject { BaseObject: { } unwrapped }) item = unwrapped;
            if (!recordType.IsInstanceOfType(item)) return inputData;
            records.SetValue(item, i);
        }

        return records;
    }

    /// <summary>Makes a record of a text that stands for one.</summary>
    /// <param name="engineIntrinsics">The session.</param>
    /// <param name="text">The text.</param>
    /// <returns>The record, or <see langword="null"/> where a text stands for none.</returns>
    protected virtual object? FromText(EngineIntrinsics engineIntrinsics, string text) => null;
}
