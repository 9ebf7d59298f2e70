using System.Globalization;
using System.Management.Automation;

namespace UpgradeModule.Binding;

/// <summary>Takes a number as seconds where a span of time is wanted: PowerShell by itself would take it as ten-millionths of a second.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecondsTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var input = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        var span = input switch
        {
            TimeSpan time => time,
            int or long or double or decimal or float or short or byte or uint => TimeSpan.FromSeconds(Convert.ToDouble(input, CultureInfo.InvariantCulture)),
            string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) => TimeSpan.FromSeconds(seconds),
            string text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) => time,
            _ => throw new ArgumentTransformationMetadataException($"'{input}' is no span of time. Give seconds, or hours, minutes and seconds such as 00:30:00."),
        };
        return span >= TimeSpan.Zero ? span : throw new ArgumentTransformationMetadataException($"'{input}' is negative. Give a span of time from 0 on.");
    }
}
