using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Deployments.Files;

/// <summary>The JSON of <see cref="LockHolder"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(LockHolder))]
internal sealed partial class LockHolderJsonContext : JsonSerializerContext;
