using System.Text.Json.Serialization;
using UpgradeModule.Engine.State;

namespace UpgradeModule.Engine.Upgrades.Reports;

/// <summary>The JSON of reports: camelCase, enums by name, versions by their text.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = true,
    Converters = [typeof(AppVersionConverter)])]
[JsonSerializable(typeof(ReportDocument))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;
