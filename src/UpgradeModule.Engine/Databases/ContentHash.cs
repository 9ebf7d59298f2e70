using System.Globalization;
using System.Security.Cryptography;

namespace UpgradeModule.Engine.Databases;

/// <summary>
/// Hashes rows in whatever order: the sum of half the SHA-256 of each. A sum and not an exclusive or, which two equal rows would leave as it was.
/// </summary>
internal sealed class ContentHash
{
    private UInt128 _sum;

    /// <summary>How many rows there were.</summary>
    public long Rows { get; private set; }

    /// <summary>Adds a row.</summary>
    /// <param name="row">Its bytes.</param>
    public void Add(ReadOnlySpan<byte> row)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(row, digest);
        AddDigest(digest);
    }

    /// <summary>Adds a row that was hashed.</summary>
    /// <param name="digest">Its SHA-256.</param>
    public void AddDigest(ReadOnlySpan<byte> digest)
    {
        _sum = unchecked(_sum + System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(digest));
        Rows++;
    }

    /// <summary>Adds the rows of a text that has one on each line.</summary>
    /// <param name="text">The text.</param>
    /// <returns>How many bytes were of whole lines; what is behind them waits for more.</returns>
    public int AddLines(ReadOnlySpan<byte> text)
    {
        var done = 0;
        while (text[done..].IndexOf((byte)'\n') is >= 0 and var length)
        {
            Add(text.Slice(done, length));
            done += length + 1;
        }

        return done;
    }

    /// <summary>The hash of a table.</summary>
    /// <param name="table">Its name.</param>
    public TableHash Of(string table) => new(table, Rows, _sum.ToString("x32", CultureInfo.InvariantCulture));
}
