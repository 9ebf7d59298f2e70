using System.Buffers.Binary;
using System.Text;

namespace UpgradeModule.Engine.Databases.Postgres.Archives;

/// <summary>Whether a tar of pg_dump has all that its headers tell of: pg_restore reads on for ever at the end of one that is cut off.</summary>
internal static class TarLength
{
    private const int Block = 512;
    private const int SizeAt = 124;
    private const int SizeLength = 12;

    /// <summary>Finds out.</summary>
    /// <param name="file">The tar.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Whether it is whole.</returns>
    public static async Task<bool> IsWholeAsync(string file, CancellationToken cancellationToken)
    {
        var stream = File.OpenRead(file);
        await using (stream.ConfigureAwait(false))
        {
            var header = new byte[Block];
            while (await stream.ReadAtLeastAsync(header, Block, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) == Block)
            {
                // An empty header is the end.
                if (header[0] == 0) return true;
                if (Size(header.AsSpan(SizeAt, SizeLength)) is not { } size) return false;
                var next = stream.Position + ((size + Block - 1) / Block * Block);
                if (next > stream.Length) return false;
                stream.Position = next;
            }

            return false;
        }
    }

    // In octal digits; where it is too large for them, in bytes after a first one of 128.
    private static long? Size(ReadOnlySpan<byte> field)
    {
        if (field[0] == 0x80) return BinaryPrimitives.ReadInt64BigEndian(field[4..]) is >= 0 and var large ? large : null;
        long size = 0;
        foreach (var digit in Encoding.ASCII.GetString(field).Trim(' ', '\0'))
        {
            if (digit is < '0' or > '7') return null;
            size = (size * 8) + digit - '0';
        }

        return size;
    }
}
