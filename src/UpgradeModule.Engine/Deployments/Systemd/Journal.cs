using System.Globalization;
using System.Text;
using System.Text.Json;

namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>Reads a unit's lines from the journal: what the service wrote, and what systemd says of it.</summary>
/// <param name="programs">Runs systemd's programs.</param>
internal sealed class Journal(ISystemdPrograms programs)
{
    private const int Largest = 4096;

    /// <summary>Reads the last lines.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="lines">How many at most.</param>
    /// <param name="since">Only what was written after this moment.</param>
    /// <param name="operation">Who is told that the journal may not be read.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The lines, secrets and all.</returns>
    public async Task<IReadOnlyList<string>> ReadAsync(string unit, int lines, DateTimeOffset? since, IOperationContext operation, CancellationToken cancellationToken)
    {
        if (lines <= 0) return [];
        List<string> arguments = ["--unit=" + unit, "--output=json", "--all", "--no-pager", "--quiet", "--boot", "--lines=" + lines.ToString(CultureInfo.InvariantCulture)];
        if (since is { } moment && moment > DateTimeOffset.UnixEpoch) arguments.Add("--since=@" + Seconds(moment));
        var result = await programs.RunAsync("journalctl", arguments, cancellationToken).ConfigureAwait(false);
        if (result is null) return [];
        if (result.ExitCode != 0 && result.Output.Length == 0)
        {
            operation.Verbose($"The journal of '{unit}' can't be read: {result.Complaint} Members of the group systemd-journal may read it.");
            return [];
        }

        return Parse(result.Output);
    }

    /// <summary>Reads what <c>journalctl --output=json</c> wrote: an object a line.</summary>
    /// <param name="output">What it wrote.</param>
    internal static IReadOnlyList<string> Parse(string output)
    {
        var lines = new List<string>();
        foreach (var text in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                using var entry = JsonDocument.Parse(text);
                if (Message(entry.RootElement) is not { } message) continue;

                // What systemd itself says of the unit is told apart from the application's own words.
                var prefix = entry.RootElement.TryGetProperty("_PID", out var process) && process.ValueKind == JsonValueKind.String && process.GetString() == "1" ? "systemd: " : "";
                lines.AddRange(message.Split('\n').Select(line => prefix + line.TrimEnd('\r')));
            }
            catch (JsonException)
            {
                // A line that was cut short, because the program was ended.
            }
        }

        return lines;
    }

    private static string? Message(JsonElement entry)
    {
        if (!entry.TryGetProperty("MESSAGE", out var message)) return null;
        switch (message.ValueKind)
        {
            case JsonValueKind.String:
                return message.GetString();
            case JsonValueKind.Array when message.GetArrayLength() > 0 && message[0].ValueKind == JsonValueKind.String:
                return string.Join('\n', message.EnumerateArray().Select(static one => one.GetString()));
            case JsonValueKind.Array:
                // A line with bytes in it that aren't UTF-8 comes as numbers.
                return Encoding.UTF8.GetString([.. message.EnumerateArray().Take(Largest).Where(static one => one.ValueKind == JsonValueKind.Number).Select(static one => one.GetByte())]);
            default:
                return null;
        }
    }

    private static string Seconds(DateTimeOffset moment)
    {
        var microseconds = (moment - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1_000_000}.{microseconds % 1_000_000:000000}");
    }
}
