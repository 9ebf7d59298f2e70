using System.Globalization;

namespace UpgradeModule.Engine.Containers.Streams;

/// <summary>Takes the time off a line of a log.</summary>
internal static class LogTime
{
    /// <summary>Reads <c>2026-01-01T00:00:00.123456789Z text</c>.</summary>
    /// <param name="line">The line.</param>
    /// <returns>The line with its time; as it is where it doesn't begin with one.</returns>
    public static LogLine Read(LogLine line)
    {
        var space = line.Text.IndexOf(' ', StringComparison.Ordinal);
        var first = space < 0 ? line.Text : line.Text[..space];
        return DateTimeOffset.TryParse(first, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) && first.Contains('T', StringComparison.Ordinal)
            ? line with { Text = space < 0 ? "" : line.Text[(space + 1)..], Time = time }
            : line;
    }
}
