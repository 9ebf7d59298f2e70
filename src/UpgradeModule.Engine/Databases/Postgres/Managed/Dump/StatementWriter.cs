using System.Buffers;
using System.Text;
using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

/// <summary>Writes statements into blocks, each whole in one of them.</summary>
/// <param name="archive">What takes the blocks.</param>
internal sealed class StatementWriter(ArchiveWriter archive)
{
    private readonly MemoryStream _text = new();
    private readonly List<ArchiveEntry> _entries = [];
    private int _objects;

    /// <summary>Writes an object's statements.</summary>
    /// <param name="item">The object.</param>
    /// <param name="cancellationToken">Ends the wait for room.</param>
    public async Task AddAsync(DbObject item, CancellationToken cancellationToken)
    {
        // A name may hold a line break, which would end the comment.
        Append($"-- {item.ToString().Replace('\n', ' ').Replace('\r', ' ')}\n");
        _objects++;
        foreach (var entry in item.Entries)
        {
            Add(entry.Sql, new ArchiveEntry { Phase = item.Phase, Kind = entry.Kind, Name = item.ToString(), Table = item.Table, Shares = item.Shares, Weight = item.Weight });
            if (_text.Length >= RawBlock.Size) await FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        Append("\n");
    }

    /// <summary>Writes the state of a sequence, or bytes of a large object.</summary>
    /// <param name="name">What of.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="cancellationToken">Ends the wait for room.</param>
    public async Task AddStateAsync(string name, string sql, CancellationToken cancellationToken)
    {
        _objects++;
        Add(sql, new ArchiveEntry { Phase = DumpPhase.Data, Kind = EntryKind.State, Name = name });
        if (_text.Length >= RawBlock.Size) await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes what only a script needs.</summary>
    /// <param name="text">The text, with its semicolons.</param>
    public void Append(string text) => _text.Write(Encoding.UTF8.GetBytes(text));

    /// <summary>Hands on what was written.</summary>
    /// <param name="cancellationToken">Ends the wait for room.</param>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_text.Length == 0) return;
        var length = (int)_text.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        _text.GetBuffer().AsSpan(0, length).CopyTo(buffer);
        var block = new RawBlock(buffer, length) { Entries = [.. _entries] };
        _entries.Clear();
        _text.SetLength(0);
        await archive.AddAsync(block, cancellationToken).ConfigureAwait(false);
    }

    private void Add(string sql, ArchiveEntry entry)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        _entries.Add(entry with { Object = _objects, Start = (int)_text.Length, Length = bytes.Length });
        _text.Write(bytes);
        _text.Write(";\n"u8);
    }
}
