using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>
/// Passes on what a dump program writes: counts its rows, switches events where that is asked for, and changes two lines. MariaDB's first one (<c>/*M!999999\- enable the sandbox mode */</c>), which
/// clients before it take for a command and stop at, is left out; and a line that names the database where its character set is changed for a moment names none,
/// because in a copy it would change the original.
/// </summary>
internal sealed partial class DumpFilter
{
    private const int BufferLength = 256 * 1024;
    // An event's line up to its body: names of 64 characters, a user, a schedule.
    private const int HeadLength = 1500;
    private readonly List<byte> _head = [];
    private readonly RowScanner _scanner;
    private Mode _mode;
    private bool _inBody;

    /// <summary>Makes one.</summary>
    /// <param name="onTable">Told each table whose rows come.</param>
    /// <param name="hashOf">Gives what the rows of a table are hashed with; they aren't without it.</param>
    public DumpFilter(Action<string>? onTable = null, Func<string, ContentHash>? hashOf = null) => _scanner = new RowScanner { OnTable = onTable, HashOf = hashOf };

    private enum Mode
    {
        Head,
        Line,
        Rows,
    }

    /// <summary>Changes whether events run; they stay as they are without it.</summary>
    public EventSwitch? Events { get; init; }

    /// <summary>The rows of every table that has any.</summary>
    public IReadOnlyDictionary<string, long> Rows => _scanner.Rows;

    /// <summary>Whether the program's last line has come.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Passes a dump on.</summary>
    /// <param name="dump">What the program writes.</param>
    /// <param name="output">Takes it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task RunAsync(Stream dump, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> output, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        var changed = new ArrayBufferWriter<byte>(BufferLength);
        try
        {
            int count;
            while ((count = await dump.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                changed.Clear();
                Take(buffer.AsSpan(0, count), changed);
                if (changed.WrittenCount > 0) await output(changed.WrittenMemory, cancellationToken).ConfigureAwait(false);
            }

            if (_head.Count > 0) await output(_head.ToArray(), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Take(ReadOnlySpan<byte> bytes, ArrayBufferWriter<byte> output)
    {
        while (bytes.Length > 0)
        {
            int count;
            switch (_mode)
            {
                case Mode.Rows:
                    count = _scanner.Take(bytes);
                    if (count >= 0) _mode = Mode.Line;
                    else count = bytes.Length;
                    output.Write(bytes[..count]);
                    break;
                case Mode.Line:
                    count = bytes.IndexOf((byte)'\n') + 1;
                    if (count > 0) _mode = Mode.Head;
                    else count = bytes.Length;
                    output.Write(bytes[..count]);
                    break;
                default:
                    var end = bytes.IndexOf((byte)'\n') + 1;
                    count = Math.Min(end > 0 ? end : bytes.Length, HeadLength - _head.Count);
                    _head.AddRange(bytes[..count]);
                    if (count == end || _head.Count == HeadLength) TakeHead(output);
                    break;
            }

            bytes = bytes[count..];
        }
    }

    private void TakeHead(ArrayBufferWriter<byte> output)
    {
        var head = _head.ToArray().AsSpan();
        _head.Clear();
        var isWhole = head[^1] == '\n';
        _mode = isWhole ? Mode.Head : Mode.Line;
        if (head.StartsWith("/*M!999999\\-"u8)) return;
        if (head.StartsWith("DELIMITER "u8)) _inBody = head.StartsWith("DELIMITER ;;"u8);
        if (head.StartsWith("-- Dump completed"u8)) IsComplete = true;
        if (isWhole && head.StartsWith("ALTER DATABASE `"u8) && Changed().Match(Encoding.UTF8.GetString(head)) is { Success: true } match)
        {
            output.Write(Encoding.UTF8.GetBytes($"ALTER DATABASE {match.Groups[1].Value}\n"));
            return;
        }

        if (Events?.Change(head, output) == true) return;
        output.Write(head);
        // Within the body of a routine it is the routine's.
        if (_inBody || !head.StartsWith("INSERT INTO `"u8)) return;
        _scanner.Begin();
        if (_scanner.Take(head) < 0) _mode = Mode.Rows;
    }

    [GeneratedRegex(@"^ALTER DATABASE `(?:[^`]|``)*` (CHARACTER SET \w+ COLLATE \w+ ;;?)\s*$")]
    private static partial Regex Changed();
}
