using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Upgrades.Notices;

/// <summary>The JSON of notices.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunNotice))]
internal sealed partial class RunNoticeJsonContext : JsonSerializerContext;
