using System.Globalization;
using System.Text;

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
        return Parse(space < 0 ? line.Text : line.Text[..space]) is { } time ? line with { Text = space < 0 ? "" : line.Text[(space + 1)..], Time = time } : line;
    }

    /// <summary>Tells how many bytes the time at the beginning of a piece takes, with the space after it; 0 where it doesn't begin with one.</summary>
    /// <param name="piece">The piece.</param>
    public static int LengthOf(ReadOnlySpan<byte> piece)
    {
        var space = piece.IndexOf((byte)' ');
        return space > 0 && Parse(Encoding.UTF8.GetString(piece[..space])) is not null ? space + 1 : 0;
    }

    private static DateTimeOffset? Parse(string text) =>
        text.Contains('T', StringComparison.Ordinal) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
