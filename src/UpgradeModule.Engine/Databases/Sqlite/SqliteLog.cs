using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace UpgradeModule.Engine.Databases.Sqlite;

/// <summary>
/// The pages that a transaction sees in a write-ahead log and not, or not yet, in the database's file. So a running application's file is copied without having
/// its log brought into it: that would write to live data, and beside an application that writes in the same instant, SQLite up to 3.51.2 may then lose a part of
/// the log (its "WAL-reset bug"). The caller holds the transaction: as long as it does, a page that isn't in this part of the log doesn't change in the file.
/// </summary>
internal sealed class SqliteLog : IDisposable
{
    private const int HeaderSize = 32;
    private const int FrameHeaderSize = 24;
    private const int PageSizeAt = 8;
    private const int SaltsAt = 16;
    private const int SaltsSize = 8;

    private readonly FileStream _file;
    private readonly byte[] _header;
    private readonly int _pageSize;
    private readonly Dictionary<long, long> _pages = [];
    private bool _isCut;

    private SqliteLog(FileStream file, byte[] header, int pageSize) => (_file, _header, _pageSize) = (file, header, pageSize);

    /// <summary>Finds the pages.</summary>
    /// <param name="session">The session, in a transaction that has read.</param>
    /// <param name="path">The database's file.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The pages; <see langword="null"/> where they can't be told, and SQLite has to read them itself.</returns>
    public static SqliteLog? Find(SqliteSession session, string path, CancellationToken cancellationToken)
    {
        if (Snapshot.Of(session) is not { } snapshot) return null;
        SqliteLog? log = null;
        try
        {
            // On Linux and macOS closing a file gives up this process's locks on it. SQLite has none on the log: those are on the database and its index.
            var file = new FileStream(path + "-wal", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 18);
            var header = new byte[HeaderSize];
            log = new SqliteLog(file, header, (int)session.Number("PRAGMA main.page_size"));
            file.ReadExactly(header);
            if (log.IsOf(snapshot) && log.Read(snapshot, cancellationToken)) return log;
        }
        catch (IOException)
        {
            // It is shorter than the transaction says, or gone: it was begun anew.
        }

        log?.Dispose();
        return null;
    }

    /// <summary>Puts the pages into a block of the database's file.</summary>
    /// <param name="block">The block, whole pages.</param>
    /// <param name="offset">Where it is in the file.</param>
    public void Apply(Span<byte> block, long offset)
    {
        for (var at = 0; at < block.Length; at += _pageSize)
        {
            if (!_pages.TryGetValue(((offset + at) / _pageSize) + 1, out var place)) continue;
            // Where all of it is in the file, whoever writes may cut it off any time.
            for (var done = 0; done < _pageSize && !_isCut;)
            {
                var count = RandomAccess.Read(_file.SafeFileHandle, block.Slice(at + done, _pageSize - done), place + done);
                _isCut = count == 0;
                done += count;
            }
        }
    }

    /// <summary>
    /// Whether the log is still the same. It is begun anew where all of it is in the file, and nobody reads from it: its header is written first then, so that
    /// what was read before this says so is whole.
    /// </summary>
    public bool IsSame()
    {
        // Past what is buffered.
        var header = new byte[HeaderSize];
        return !_isCut && RandomAccess.Read(_file.SafeFileHandle, header, 0) == HeaderSize && header.AsSpan().SequenceEqual(_header);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private bool IsOf(Snapshot snapshot)
    {
        var size = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(PageSizeAt));
        return (BinaryPrimitives.ReadUInt32BigEndian(_header) | 1) == 0x377f0683 && size == _pageSize && _header.AsSpan(SaltsAt, SaltsSize).SequenceEqual(snapshot.Salts);
    }

    // The last one counts of those that a page has. The last of all ends a transaction, and tells how many pages the database has then.
    private bool Read(Snapshot snapshot, CancellationToken cancellationToken)
    {
        Span<byte> frame = stackalloc byte[FrameHeaderSize];
        for (long number = 0; number < snapshot.Frames; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var place = HeaderSize + (number * (FrameHeaderSize + _pageSize));
            _file.Position = place;
            _file.ReadExactly(frame);
            if (!frame.Slice(PageSizeAt, SaltsSize).SequenceEqual(snapshot.Salts)) return false;
            _pages[BinaryPrimitives.ReadUInt32BigEndian(frame)] = place + FrameHeaderSize;
            if (number == snapshot.Frames - 1 && BinaryPrimitives.ReadUInt32BigEndian(frame[sizeof(uint)..]) != snapshot.Pages) return false;
        }

        return true;
    }

    /// <summary>What a transaction sees: SQLite hands it out as the header of its index of the log, of which all copies in use have this form.</summary>
    private sealed record Snapshot(uint Frames, uint Pages, byte[] Salts)
    {
        private const int Size = 48;
        private const uint Form = 3007000;
        private const int FramesAt = 16;
        private const int PagesAt = 20;
        private const int SnapshotSaltsAt = 32;

        public static Snapshot? Of(SqliteSession session)
        {
            if (raw.sqlite3_snapshot_get(session.Connection.Handle, "main", out var handle) != raw.SQLITE_OK) return null;
            using (handle)
            {
                var bytes = new byte[Size];
                Marshal.Copy(handle.DangerousGetHandle(), bytes, 0, Size);
                return MemoryMarshal.Read<uint>(bytes) == Form ? new Snapshot(MemoryMarshal.Read<uint>(bytes.AsSpan(FramesAt)), MemoryMarshal.Read<uint>(bytes.AsSpan(PagesAt)), bytes[SnapshotSaltsAt..(SnapshotSaltsAt + SaltsSize)]) : null;
            }
        }
    }
}
