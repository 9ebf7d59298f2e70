using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace UpgradeModule.Engine.Apps;

/// <summary>
/// Compares a document's structure with the definition's records: unknown and repeated properties, wrong types, nulls. The serializer would
/// stop at the first of these; a person wants them all.
/// </summary>
internal sealed class DefinitionStructure(ProblemList problems)
{
    // The place last read: where a syntax error is found, it is near.
    private string _at = "$";

    /// <summary>Reads the document through.</summary>
    /// <param name="document">The document.</param>
    /// <returns>Whether it can be read into the records.</returns>
    public bool Check(ReadOnlySpan<byte> document)
    {
        var before = problems.Count;
        if (!Utf8.IsValid(document))
        {
            problems.Add("$", 0, "This is not UTF-8 text. Save the file as UTF-8.");
            return false;
        }

        var reader = new Utf8JsonReader(document);
        try
        {
            reader.Read();
            Value(ref reader, typeof(AppSpec), "$");
            while (reader.Read())
            {
                // Reads on to the end, so that what follows the document is found too.
            }
        }
        catch (JsonException e)
        {
            problems.Add(_at, SyntaxOffset(document, e), "This is not valid JSON: " + Sentence(e.Message));
        }

        catch (InvalidOperationException)
        {
            problems.Add(_at, reader.TokenStartIndex, "This text has half a character in it (a lone surrogate such as \\ud800).");
        }

        return problems.Count == before;
    }

    private void Value(ref Utf8JsonReader reader, Type type, string path)
    {
        _at = path;
        type = Nullable.GetUnderlyingType(type) ?? type;
        var expected = Expected(type);
        if (!Fits(ref reader, type))
        {
            problems.Add(path, reader.TokenStartIndex, reader.TokenType == JsonTokenType.Null
                ? $"A value may not be null: leave the property out, or give {expected}."
                : $"Here must be {expected}.");
            reader.Skip();
            return;
        }

        if (reader.TokenType == JsonTokenType.StartObject) Object(ref reader, type, path);
        else if (reader.TokenType == JsonTokenType.StartArray) Array(ref reader, type.GetGenericArguments()[0], path);
    }

    private void Object(ref Utf8JsonReader reader, Type type, string path)
    {
        var info = type.IsGenericType ? null : DefinitionJsonContext.Default.GetTypeInfo(type);
        var element = info is null ? type.GetGenericArguments()[1] : null;
        HashSet<string>? seen = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var at = reader.TokenStartIndex;
            var child = path + "." + name;
            _at = child;
            if (!(seen ??= new HashSet<string>(StringComparer.Ordinal)).Add(name)) problems.Add(child, at, $"The property '{name}' is here twice.");
            var property = info is null ? null : Find(info, name);
            reader.Read();
            if (info is not null && property is null)
            {
                problems.Add(child, at, Unknown(info, name));
                reader.Skip();
            }
            else
            {
                Value(ref reader, property?.PropertyType ?? element!, child);
            }
        }
    }

    private void Array(ref Utf8JsonReader reader, Type element, string path)
    {
        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            Value(ref reader, element, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"));
        }
    }

    private static JsonPropertyInfo? Find(JsonTypeInfo info, string name)
    {
        foreach (var property in info.Properties)
        {
            if (property.Name == name) return property;
        }

        return null;
    }

    private static bool Fits(ref Utf8JsonReader reader, Type type)
    {
        if (type == typeof(string)) return reader.TokenType == JsonTokenType.String;
        if (type == typeof(int)) return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out _);
        if (type == typeof(bool)) return reader.TokenType is JsonTokenType.True or JsonTokenType.False;
        if (type == typeof(DateOnly))
        {
            return reader.TokenType == JsonTokenType.String
                && DateOnly.TryParseExact(reader.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
        }

        return reader.TokenType == (IsList(type) ? JsonTokenType.StartArray : JsonTokenType.StartObject);
    }

    private static string Expected(Type type) =>
        type == typeof(string) ? "a text"
        : type == typeof(int) ? "a whole number"
        : type == typeof(bool) ? "true or false"
        : type == typeof(DateOnly) ? "a date such as \"2026-11-21\""
        : IsList(type) ? "a list in [ ]"
        : "an object in { }";

    private static bool IsList(Type type) => type.IsGenericType && type.GetGenericArguments().Length == 1;

    private static string Unknown(JsonTypeInfo info, string name)
    {
        var near = info.Properties.Select(property => property.Name)
            .OrderBy(known => TextDistance.Between(known, name)).ThenBy(known => known, StringComparer.Ordinal).First();
        return TextDistance.Between(near, name) <= 1 + (name.Length / 3)
            ? $"There is no property '{name}' here. Is '{near}' meant?"
            : $"There is no property '{name}' here. There are: {string.Join(", ", info.Properties.Select(property => property.Name))}.";
    }

    private static long SyntaxOffset(ReadOnlySpan<byte> document, JsonException e)
    {
        var line = e.LineNumber ?? 0;
        var start = 0;
        while (line-- > 0 && document[start..].IndexOf((byte)'\n') is >= 0 and var end) start += end + 1;
        return Math.Min(start + (e.BytePositionInLine ?? 0), document.Length);
    }

    // The reader's message ends with its own count of lines from 0, which would contradict ours.
    private static string Sentence(string message) => message.IndexOf(" LineNumber:", StringComparison.Ordinal) is > 0 and var cut ? message[..cut] : message;
}
