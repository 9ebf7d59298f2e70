using System.Text.Json.Serialization;
using UpgradeModule.Engine.State;
using UpgradeModule.Engine.Upgrades.Reports;

namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>The JSON of the journal and of reports: camelCase, enums by name, versions by their text.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = true,
    Converters = [typeof(AppVersionConverter)])]
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(ReportDocument))]
internal sealed partial class RunJsonContext : JsonSerializerContext;
