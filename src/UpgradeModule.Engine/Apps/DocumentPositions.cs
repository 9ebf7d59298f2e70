using System.Text;
using System.Text.Json;

namespace UpgradeModule.Engine.Apps;

/// <summary>Where each value of a JSON document begins. Made only when a mistake is to be told.</summary>
internal sealed class DocumentPositions
{
    private readonly Dictionary<string, long> _offsets = new(StringComparer.Ordinal);

    /// <summary>Reads a document's positions, as far as it can be read.</summary>
    /// <param name="document">The document.</param>
    public static DocumentPositions Of(ReadOnlySpan<byte> document)
    {
        var positions = new DocumentPositions();
        var reader = new Utf8JsonReader(document);
        try
        {
            if (reader.Read()) positions.ReadValue(ref reader, "$");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What comes after a syntax error or a text that is none has no position; what comes before it has.
        }

        return positions;
    }

    /// <summary>Where the value at a path begins; where it is missing, where the nearest value around it begins.</summary>
    /// <param name="path">The JSON path.</param>
    public long Find(string path)
    {
        while (true)
        {
            if (_offsets.TryGetValue(path, out var offset)) return offset;
            var cut = path.LastIndexOfAny(['.', '[']);
            if (cut <= 0) return 0;
            path = path[..cut];
        }
    }

    /// <summary>Tells line and column of a position.</summary>
    /// <param name="document">The document.</param>
    /// <param name="offset">The position in bytes.</param>
    /// <returns>Line and column from 1; the column counts characters.</returns>
    public static (int Line, int Column) LineAndColumn(ReadOnlySpan<byte> document, long offset)
    {
        var before = document[..(int)Math.Min(offset, document.Length)];
        var line = before.Count((byte)'\n') + 1;
        var start = before.LastIndexOf((byte)'\n') + 1;
        return (line, Encoding.UTF8.GetCharCount(before[start..]) + 1);
    }

    private void ReadValue(ref Utf8JsonReader reader, string path)
    {
        _offsets.TryAdd(path, reader.TokenStartIndex);
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var child = path + "." + reader.GetString();
                if (reader.Read()) ReadValue(ref reader, child);
            }
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++) ReadValue(ref reader, $"{path}[{i}]");
        }
    }
}
