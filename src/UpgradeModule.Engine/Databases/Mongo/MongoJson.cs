using System.Text.Json;
using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Databases.Mongo;

/// <summary>The JSON of this engine.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class MongoJson : JsonSerializerContext;
