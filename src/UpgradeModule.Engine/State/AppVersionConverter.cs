using System.Text.Json;
using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.State;

/// <summary>Writes a version as its text.</summary>
internal sealed class AppVersionConverter : JsonConverter<AppVersion>
{
    /// <inheritdoc/>
    public override AppVersion? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String && AppVersion.TryParse(reader.GetString(), out var version)) return version;
        throw new JsonException("A version is expected, such as \"0.50.12\".");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, AppVersion value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
}
