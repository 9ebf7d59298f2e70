using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

/// <summary>How the index of a dump is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ArchiveIndex))]
internal sealed partial class ArchiveJsonContext : JsonSerializerContext;
