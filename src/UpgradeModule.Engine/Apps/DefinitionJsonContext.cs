using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Apps;

/// <summary>How a definition is read from JSON: camelCase, exact, nothing ignored.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(AppSpec))]
internal sealed partial class DefinitionJsonContext : JsonSerializerContext;
