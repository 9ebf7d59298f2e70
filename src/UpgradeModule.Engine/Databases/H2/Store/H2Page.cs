using System.Buffers.Binary;
using System.Text;

namespace UpgradeModule.Engine.Databases.H2.Store;

/// <summary>A page of the map that lists what an MVStore consists of.</summary>
internal sealed class H2Page
{
    private const int Leafless = 1;
    private const int Compressed = 2;

    private H2Page(IReadOnlyList<long> children, IReadOnlyList<KeyValuePair<string, string>> entries) => (Children, Entries) = (children, entries);

    /// <summary>The positions of the pages below it.</summary>
    public IReadOnlyList<long> Children { get; }

    /// <summary>What it lists.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Entries { get; }

    /// <summary>Reads a page.</summary>
    /// <param name="bytes">The bytes from its first one on.</param>
    /// <param name="numbered">Whether pages tell their number, as from format 2 on.</param>
    /// <returns>The page; <see langword="null"/> where it is compressed.</returns>
    /// <exception cref="InvalidDataException">It can't be read.</exception>
    public static H2Page? Read(byte[] bytes, bool numbered)
    {
        try
        {
            var at = 6;
            if (numbered) Number(bytes, ref at);
            Number(bytes, ref at);
            var count = (int)Number(bytes, ref at);
            var type = bytes[at++];
            var children = new List<long>();
            if ((type & Leafless) != 0)
            {
                for (var index = 0; index <= count; index++, at += 8) children.Add(BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(at)));
                return new H2Page(children, []);
            }

            if ((type & Compressed) != 0) return null;
            var keys = new List<string>();
            for (var index = 0; index < count; index++) keys.Add(Text(bytes, ref at));
            return new H2Page([], [.. keys.Select(key => KeyValuePair.Create(key, Text(bytes, ref at)))]);
        }
        catch (Exception failure) when (failure is IndexOutOfRangeException or ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("a page of its list of contents ends too early", failure);
        }
    }

    private static long Number(byte[] bytes, ref int at)
    {
        long value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = bytes[at++];
            value |= (long)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }

        throw new InvalidDataException("a number in it has no end");
    }

    private static string Text(byte[] bytes, ref int at)
    {
        var length = checked((int)Number(bytes, ref at));
        if (length > bytes.Length) throw new InvalidDataException("a text in it has no end");
        var text = new StringBuilder(length);
        for (var index = 0; index < length; index++)
        {
            int first = bytes[at++];
            if (first < 0x80) text.Append((char)first);
            else if (first >= 0xe0) text.Append((char)(((first & 0xf) << 12) | ((bytes[at++] & 0x3f) << 6) | (bytes[at++] & 0x3f)));
            else text.Append((char)(((first & 0x1f) << 6) | (bytes[at++] & 0x3f)));
        }

        return text.ToString();
    }
}
