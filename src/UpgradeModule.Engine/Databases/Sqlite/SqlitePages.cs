using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace UpgradeModule.Engine.Databases.Sqlite;

/// <summary>
/// Copies the pages of a database as its file has them, in large blocks, hashing them on the way: several times quicker than page by page through
/// SQLite's cache. The caller holds a read transaction, in which the file doesn't change: without a write-ahead log nobody may write to it then,
/// and with one only what the transaction sees anyway may be brought into it, which is taken from the log then.
/// </summary>
/// <remarks>
/// The file is read through SQLite's own open handle. On Linux and macOS closing a second one would give up the locks that this process holds on
/// the file, and with them the transaction.
/// </remarks>
/// <param name="session">The session with the transaction.</param>
/// <param name="path">Its file.</param>
internal sealed class SqlitePages(SqliteSession session, string path)
{
    private const int BlockSize = 1 << 20;
    private const int BlocksAhead = 4;
    private const int FilePointer = 7;

    // What is not yet in the file may be behind its end: zeros stand for it.
    private const int ShortRead = 10 | (2 << 8);

    // The bytes that locks are put on. SQLite never stores anything in the page that has them, and on Windows they can't be read while they are locked.
    private const long LockBytes = 0x40000000;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int ReadAt(nint file, byte[] buffer, int amount, long offset);

    /// <summary>Finds what the transaction sees in a write-ahead log, where there is one that isn't empty.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Whether the pages can be copied, and the log's, which are the caller's to dispose.</returns>
    public (bool CanCopy, SqliteLog? Log) Look(CancellationToken cancellationToken)
    {
        if (!string.Equals(session.Query("PRAGMA main.journal_mode")[0][0], "wal", StringComparison.OrdinalIgnoreCase)) return (true, null);

        // A log that is empty after the transaction began holds nothing that it sees.
        if (new FileInfo(path + "-wal") is not { Exists: true, Length: > 0 }) return (true, null);
        var log = SqliteLog.Find(session, path, cancellationToken);
        return (log is not null, log);
    }

    /// <summary>Copies the pages.</summary>
    /// <param name="target">The copy, an empty file.</param>
    /// <param name="log">The pages that are in the log.</param>
    /// <param name="progress">Told how many bytes are copied, and of how many.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The SHA-256 of the copy in small hexadecimal digits; <see langword="null"/> where the log was begun anew meanwhile, and the copy is of no use.</returns>
    public async Task<string?> CopyAsync(string target, SqliteLog? log, Action<long, long> progress, CancellationToken cancellationToken)
    {
        using var failing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var blocks = Channel.CreateBounded<(byte[] Buffer, int Count)>(new BoundedChannelOptions(BlocksAhead) { SingleReader = true, SingleWriter = true });
        var hashing = Task.Run(() => HashAsync(blocks.Reader, failing.Token), CancellationToken.None);
        try
        {
            await ReadAsync(target, log, blocks.Writer, progress, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await failing.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            blocks.Writer.Complete();
        }

        var digest = await hashing.ConfigureAwait(false);
        return log is null || log.IsSame() ? digest : null;
    }

    private async Task ReadAsync(string target, SqliteLog? log, ChannelWriter<(byte[] Buffer, int Count)> blocks, Action<long, long> progress, CancellationToken cancellationToken)
    {
        var pageSize = session.Number("PRAGMA main.page_size");
        var length = session.Number("PRAGMA main.page_count") * pageSize;
        var (file, read) = OpenFile();
        var stream = new FileStream(target, FileMode.Open, FileAccess.Write, FileShare.Read, 0);
        await using var closing = stream.ConfigureAwait(false);
        for (long offset = 0; offset < length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var buffer = ArrayPool<byte>.Shared.Rent(BlockSize);
            var count = (int)Math.Min(BlockSize, length - offset);
            if (offset < LockBytes && offset + count > LockBytes) count = (int)(LockBytes - offset);
            if (offset == LockBytes) Array.Clear(buffer, 0, count = (int)Math.Min(pageSize, length - offset));
            else if (read(file, buffer, count, offset) is var result and not raw.SQLITE_OK && !(log is not null && result == ShortRead)) throw new SqliteException($"The page at byte {offset.ToString(CultureInfo.InvariantCulture)} can't be read.", result & 0xff, result);
            log?.Apply(buffer.AsSpan(0, count), offset);
            stream.Write(buffer, 0, count);
            offset += count;
            await blocks.WriteAsync((buffer, count), cancellationToken).ConfigureAwait(false);
            progress(offset, length);
        }
    }

    private (nint File, ReadAt Read) OpenFile()
    {
        var result = FileControl(session.Connection.Handle!.DangerousGetHandle(), "main", FilePointer, out var file);
        if (result != raw.SQLITE_OK || file == 0) throw new SqliteException("SQLite gives no access to its file.", result);
        // A file begins with the address of its methods; those with their version, one to close and one to read.
        var methods = Marshal.ReadIntPtr(file);
        return (file, Marshal.GetDelegateForFunctionPointer<ReadAt>(Marshal.ReadIntPtr(methods, 2 * nint.Size)));
    }

    private static async Task<string> HashAsync(ChannelReader<(byte[] Buffer, int Count)> blocks, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (var (buffer, count) in blocks.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            hash.AppendData(buffer, 0, count);
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant();
    }

    [DllImport("e_sqlite3", EntryPoint = "sqlite3_file_control", CallingConvention = CallingConvention.Cdecl)]
    private static extern int FileControl(nint database, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, int operation, out nint argument);
}
