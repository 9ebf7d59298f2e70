using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>
/// Changes in a dump whether its events run. In a copy that isn't live they must not: the server would run them there as well. They are switched off in the script
/// itself, so that there is no moment in between, and nothing else of them changes.
/// </summary>
internal sealed partial class EventSwitch
{
    private readonly IReadOnlyCollection<string>? _wake;
    private readonly List<string> _rested = [];

    private EventSwitch(IReadOnlyCollection<string>? wake) => _wake = wake;

    /// <summary>The events that were switched off.</summary>
    public IReadOnlyList<string> Rested => _rested;

    /// <summary>Switches all events off.</summary>
    public static EventSwitch Off() => new(null);

    /// <summary>Switches some events on again.</summary>
    /// <param name="events">Which: those that were switched off.</param>
    public static EventSwitch On(IReadOnlyCollection<string> events) => new(events);

    /// <summary>Writes the beginning of a line, changed where it makes an event.</summary>
    /// <param name="head">The beginning; longer than all that stands before an event's body.</param>
    /// <param name="output">Takes it.</param>
    /// <returns>Whether it was one that had to be changed; nothing is written otherwise.</returns>
    public bool Change(ReadOnlySpan<byte> head, IBufferWriter<byte> output)
    {
        // A character a byte, whatever the bytes are: the rest stays what it was.
        if (!head.StartsWith("/*!50106 CREATE"u8) || Create().Match(Encoding.Latin1.GetString(head)) is not { Success: true } match) return false;
        var name = Name(match.Groups["name"].Value);
        var state = match.Groups["state"];
        var on = state.Value == "ENABLE";
        if (on == (_wake is not null) || (_wake is not null && !_wake.Contains(name))) return false;
        if (on) _rested.Add(name);
        output.Write(head[..state.Index]);
        output.Write(on ? "DISABLE"u8 : "ENABLE"u8);
        output.Write(head[(state.Index + state.Length)..]);
        return true;
    }

    private static string Name(string quoted) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(quoted[1..^1].Replace(new string(quoted[0], 2), quoted[..1], StringComparison.Ordinal)));

    // DISABLE ON SLAVE is the server's own and stays.
    [GeneratedRegex(@"^/\*!50106 CREATE[^\n]*? EVENT (?<name>`(?:[^`]|``)*`|""(?:[^""]|"""")*"") ON SCHEDULE (?:[^'`]|'[^']*')*? ON COMPLETION (?:NOT )?PRESERVE (?<state>ENABLE|DISABLE)(?= COMMENT '| DO )")]
    private static partial Regex Create();
}
