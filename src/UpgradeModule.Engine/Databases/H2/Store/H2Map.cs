using System.Globalization;
using System.Text;

namespace UpgradeModule.Engine.Databases.H2.Store;

/// <summary>Reads the short texts of an MVStore: <c>chunk:1f,block:3,version:1f,fletcher:c7e936d6</c>, all numbers in hexadecimal digits.</summary>
internal static class H2Map
{
    private const string Checksum = "fletcher";

    /// <summary>Reads a text that ends with a line feed, or with its bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="demandChecksum">Whether it must end with its checksum.</param>
    /// <returns>Its values; <see langword="null"/> where it is no such text, or the checksum isn't right.</returns>
    public static IReadOnlyDictionary<string, string>? Parse(ReadOnlySpan<byte> bytes, bool demandChecksum)
    {
        var end = bytes.IndexOf((byte)'\n');
        var text = Encoding.Latin1.GetString(end < 0 ? bytes : bytes[..end]).TrimEnd(' ', '\0');
        var map = Parse(text);
        if (map is null || !map.TryGetValue(Checksum, out var told)) return demandChecksum ? null : map;
        var at = text.LastIndexOf("," + Checksum + ":", StringComparison.Ordinal);
        return at > 0 && uint.TryParse(told, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var expected) && expected == Fletcher(bytes[..at]) ? map : null;
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    public static IReadOnlyDictionary<string, string>? Parse(string text)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var at = 0; at < text.Length;)
        {
            var colon = text.IndexOf(':', at);
            if (colon <= at) return null;
            var value = new StringBuilder();
            var quoted = false;
            var next = colon + 1;
            for (; next < text.Length && (quoted || text[next] != ','); next++)
            {
                if (text[next] == '"') quoted = !quoted;
                else if (quoted && text[next] == '\\' && next + 1 < text.Length) value.Append(text[++next]);
                else value.Append(text[next]);
            }

            map[text[at..colon]] = value.ToString();
            at = next + 1;
        }

        return map.Count > 0 ? map : null;
    }

    /// <summary>Reads a number.</summary>
    /// <param name="map">The values.</param>
    /// <param name="name">Which.</param>
    /// <returns>The number; -1 where there is none.</returns>
    public static long Number(IReadOnlyDictionary<string, string> map, string name) =>
        map.TryGetValue(name, out var text) && long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : -1;

    /// <summary>H2's checksum.</summary>
    /// <param name="bytes">What is summed up.</param>
    internal static uint Fletcher(ReadOnlySpan<byte> bytes)
    {
        uint one = 0xffff;
        uint two = 0xffff;
        for (var index = 0; index < bytes.Length;)
        {
            // The sums are folded after 360 words, as H2 does it.
            for (var end = Math.Min(index + 720, bytes.Length); index < end; index += 2)
            {
                one += (uint)((bytes[index] << 8) | (index + 1 < bytes.Length ? bytes[index + 1] : 0));
                two += one;
            }

            one = (one & 0xffff) + (one >> 16);
            two = (two & 0xffff) + (two >> 16);
        }

        one = (one & 0xffff) + (one >> 16);
        two = (two & 0xffff) + (two >> 16);
        return (two << 16) | one;
    }
}
