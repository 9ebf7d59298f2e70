using System.Globalization;
using System.Text;
using System.Text.Json;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.State.History;

namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>
/// The history of a journal of files: <c>history.jsonl</c>, one entry a line, and <c>history.head</c>, how far it goes. As long as it is open, no other
/// process can write an entry of the same number. A writer that is cut short leaves half a line, or a head that is one entry behind; the next mends both.
/// </summary>
internal sealed class HistoryFile : IAsyncDisposable
{
    /// <summary>The name of the file with the entries.</summary>
    public const string Name = "history.jsonl";

    /// <summary>The name of the file that tells how far it goes.</summary>
    public const string HeadName = "history.head";

    private const int Tail = 16 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly string _folder;
    private readonly FileStream _stream;
    private bool _headIsGone;

    private HistoryFile(string folder, FileStream stream) => (_folder, _stream) = (folder, stream);

    private string HeadPath => Path.Combine(_folder, HeadName);

    /// <summary>Opens the history for writing; it is made where there is none.</summary>
    /// <param name="folder">The journal's folder.</param>
    /// <param name="cancellationToken">Ends the wait for another process.</param>
    public static async Task<HistoryFile> OpenAsync(string folder, CancellationToken cancellationToken) =>
        new(folder, await TakeAsync(Path.Combine(folder, Name), FileMode.OpenOrCreate, FileAccess.ReadWrite, cancellationToken).ConfigureAwait(false));

    /// <summary>Opens the history for reading; <see langword="null"/> where there is none.</summary>
    /// <param name="folder">The journal's folder.</param>
    /// <param name="cancellationToken">Ends the wait for another process.</param>
    public static async Task<HistoryFile?> OpenToReadAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            return new HistoryFile(folder, await TakeAsync(Path.Combine(folder, Name), FileMode.Open, FileAccess.Read, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Writes entries.</summary>
    /// <param name="adopted">What was there before the history was; asked for only where it has no entry yet.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="cancellationToken">Ends the work before the entry is written.</param>
    /// <returns>How far the history goes now; <see cref="CloseOffAsync"/> writes it down.</returns>
    public async Task<HistoryHead> AppendAsync(Func<Task<IReadOnlyList<HistoryEntry>>> adopted, HistoryEntry entry, CancellationToken cancellationToken)
    {
        var (head, end) = await EndAsync(cancellationToken).ConfigureAwait(false);
        var entries = new List<HistoryEntry>();
        if (head is null)
        {
            // From here on it is known that there is a history: one that was removed is not taken for one that never was.
            await CloseOffAsync(new HistoryHead(0, HistoryChain.Genesis), cancellationToken).ConfigureAwait(false);
            entries.AddRange(await adopted().ConfigureAwait(false));
        }

        entries.Add(entry);
        var lines = new StringBuilder();
        foreach (var one in entries)
        {
            var next = HistoryChain.Next(head, one with { WrittenOn = DateTimeOffset.UtcNow.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) });
            lines.Append(Line(next)).Append('\n');
            head = HistoryChain.HeadOf(next);
        }

        _stream.SetLength(end);
        _stream.Position = end;
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(lines.ToString()), CancellationToken.None).ConfigureAwait(false);
        _stream.Flush(flushToDisk: true);
        return head!;
    }

    /// <summary>Writes down how far the history goes, once what its last entry tells of is in its place.</summary>
    /// <param name="head">How far.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task CloseOffAsync(HistoryHead head, CancellationToken cancellationToken) => _headIsGone
        ? Task.CompletedTask
        : PrivateFiles.WriteAsync(HeadPath, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{head.Entries} {head.Hash}\n")), cancellationToken);

    /// <summary>How far the history goes; <see langword="null"/> where it has no entry.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<HistoryHead?> HeadAsync(CancellationToken cancellationToken) =>
        (await EndAsync(cancellationToken).ConfigureAwait(false)).Head is { Entries: > 0 } head ? head : null;

    /// <summary>Reads the history.</summary>
    /// <param name="records">The records that it guards.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<HistoryContent> ReadAsync(IReadOnlyList<HistoryRecord> records, CancellationToken cancellationToken)
    {
        _stream.Position = 0;
        using var reader = new StreamReader(_stream, new UTF8Encoding(false), detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var text = await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        var lines = text.Split('\n');
        var entries = new List<HistoryEntry>();
        HistoryBreak? unreadable = null;

        // What comes after the last line's end is nothing, or half an entry of a writer that was cut short.
        foreach (var line in lines.Take(lines.Length - 1))
        {
            if (Entry(line) is not { } entry)
            {
                unreadable = new HistoryBreak { Entry = entries.Count + 1, Message = "The entry can't be read: it was changed after it was written." };
                break;
            }

            entries.Add(entry);
        }

        return new HistoryContent { Journal = _folder, Entries = entries, Records = records, Head = WrittenHead(), HeadMayLag = true, Unreadable = unreadable };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private static async Task<FileStream> TakeAsync(string path, FileMode mode, FileAccess access, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows() && mode == FileMode.OpenOrCreate) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        for (var until = DateTimeOffset.UtcNow + Patience; ; await Task.Delay(Pause, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException busy) when (busy is not (FileNotFoundException or DirectoryNotFoundException) && DateTimeOffset.UtcNow < until)
            {
                // Another process writes an entry; that takes a moment.
            }
        }
    }

    private static string Line(HistoryEntry entry) => JsonSerializer.Serialize(entry, HistoryJsonContext.Default.HistoryEntry);

    // There is one way to write an entry: a line that only means the same was changed.
    private static HistoryEntry? Entry(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, HistoryJsonContext.Default.HistoryEntry) is { } entry && Line(entry) == line ? entry : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private HistoryHead? WrittenHead()
    {
        if (!File.Exists(HeadPath)) return null;
        var text = File.ReadAllText(HeadPath);
        var parts = text.TrimEnd('\n').Split(' ');
        return parts.Length == 2 && text.EndsWith('\n') && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var entries) ? new HistoryHead(entries, parts[1]) : new HistoryHead(-1, "");
    }

    /// <summary>How far it goes, and where in the file its last whole line ends.</summary>
    private async Task<(HistoryHead? Head, long End)> EndAsync(CancellationToken cancellationToken)
    {
        var start = Math.Max(0, _stream.Length - Tail);
        _stream.Position = start;
        var bytes = new byte[_stream.Length - start];
        await _stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        var written = WrittenHead();
        var end = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        if (end == 0) return (written, start);
        var before = Array.LastIndexOf(bytes, (byte)'\n', Math.Max(0, end - 2)) + 1;
        var last = Entry(Encoding.UTF8.GetString(bytes.AsSpan(before..(end - 1))));

        // Where somebody removed it, its absence has to show.
        _headIsGone = written is null;

        // One entry more than is written beside it is a writer that was cut short. Fewer are a removal, and its gap has to stay.
        if (last is null) return (written, start + end);
        var ahead = written is null || last.Entry == written.Entries + 1 || (last.State == HistoryEntry.Adopted && last.Entry > written.Entries);
        return (ahead ? HistoryChain.HeadOf(last) : written, start + end);
    }
}
