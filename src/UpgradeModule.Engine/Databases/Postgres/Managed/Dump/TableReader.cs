using System.Buffers;
using System.Text;
using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using UpgradeModule.Engine.Databases.Postgres.Managed.Wire;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

/// <summary>
/// Reads a table's rows into blocks, each a COPY of its own: so the blocks of several tables can stand between each other in one script, and each can
/// be compressed, and restored, by itself.
/// </summary>
/// <param name="archive">What takes the blocks.</param>
/// <param name="read">Told how many bytes were read.</param>
internal sealed class TableReader(ArchiveWriter archive, Action<int> read)
{
    private const int Room = 1 << 18;

    private static readonly byte[] s_tail = "\\.\n\n"u8.ToArray();

    /// <summary>Reads.</summary>
    /// <param name="connection">A session in the dump's snapshot.</param>
    /// <param name="table">The table.</param>
    /// <param name="place">Its place in the index.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>How many rows there were.</returns>
    public async Task<long> RunAsync(ISnapshotReader connection, TableData table, int place, CancellationToken cancellationToken)
    {
        var head = Encoding.UTF8.GetBytes(table.CopyIn + ";\n");
        long rows = 0;
        var source = await connection.BeginCopyOutAsync(table.CopyOut, cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            while (true)
            {
                var (buffer, length) = await FillAsync(source.Stream, head, cancellationToken).ConfigureAwait(false);
                if (length == head.Length)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    source.Ended = true;
                    return source.Told is { } told && told != rows ? throw WireErrors.Short(rows, told) : rows;
                }

                // In the text of COPY a line break within a value is written otherwise, so that each stands for one row.
                rows += buffer.AsSpan(head.Length, length - head.Length).Count((byte)'\n');
                s_tail.CopyTo(buffer, length);
                await archive.AddAsync(new RawBlock(buffer, length + s_tail.Length) { Table = place, Head = head.Length, Tail = s_tail.Length }, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // Whole rows only, however long they are.
    private async Task<(byte[] Buffer, int Length)> FillAsync(Stream source, byte[] head, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(RawBlock.Size + Room);
        head.CopyTo(buffer, 0);
        var length = head.Length;
        while (length < RawBlock.Size || buffer[length - 1] != '\n')
        {
            if (buffer.Length - length <= s_tail.Length) buffer = Grow(buffer, length);
            var count = await source.ReadAsync(buffer.AsMemory(length, buffer.Length - length - s_tail.Length), cancellationToken).ConfigureAwait(false);
            if (count == 0) break;
            read(count);
            length += count;
        }

        return (buffer, length);
    }

    private static byte[] Grow(byte[] buffer, int length)
    {
        var bigger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, buffer.Length * 2L));
        buffer.AsSpan(0, length).CopyTo(bigger);
        ArrayPool<byte>.Shared.Return(buffer);
        return bigger;
    }
}
