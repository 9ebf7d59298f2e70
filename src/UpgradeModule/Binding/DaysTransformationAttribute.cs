using System.Globalization;
using System.Management.Automation;

namespace UpgradeModule.Binding;

/// <summary>Takes a number as days where an age is wanted: PowerShell by itself would take it as ten-millionths of a second, and everything would be old.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DaysTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var input = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        var span = input switch
        {
            TimeSpan time => time,
            int or long or double or decimal or float or short or byte or uint => TimeSpan.FromDays(Convert.ToDouble(input, CultureInfo.InvariantCulture)),
            string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var days) => TimeSpan.FromDays(days),
            string text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) => time,
            _ => throw new ArgumentTransformationMetadataException($"'{input}' is no span of time. Give days, or days, hours, minutes and seconds such as 1.12:00:00."),
        };
        return span >= TimeSpan.Zero ? span : throw new ArgumentTransformationMetadataException($"'{input}' is negative. Give a span of time from 0 on.");
    }
}
