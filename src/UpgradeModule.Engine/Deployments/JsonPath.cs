using System.Text.Json;

namespace UpgradeModule.Engine.Deployments;

/// <summary>Reads a value from JSON by a dotted path: <c>version.tag</c>.</summary>
internal static class JsonPath
{
    /// <summary>Reads it.</summary>
    /// <param name="json">The document.</param>
    /// <param name="path">The path.</param>
    /// <returns>The value as text; <see langword="null"/> where the document is none or has none there.</returns>
    public static string? Read(string json, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var element = document.RootElement;
            foreach (var name in path.Split('.'))
            {
                if (element.ValueKind == JsonValueKind.Array && int.TryParse(name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var index) && index < element.GetArrayLength()) element = element[index];
                else if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element)) return null;
            }

            return element.ValueKind switch
            {
                JsonValueKind.String => element.GetString(),
                JsonValueKind.Null or JsonValueKind.Undefined => null,
                _ => element.GetRawText(),
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
