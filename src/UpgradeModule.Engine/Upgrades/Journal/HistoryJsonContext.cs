using System.Text.Json.Serialization;
using UpgradeModule.Engine.State.History;

namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>The JSON of a history's entries, one a line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HistoryEntry))]
internal sealed partial class HistoryJsonContext : JsonSerializerContext;
