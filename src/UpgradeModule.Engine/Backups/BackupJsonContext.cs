using System.Text.Json.Serialization;
using UpgradeModule.Engine.State;

namespace UpgradeModule.Engine.Backups;

/// <summary>The JSON of a backup's own files.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    Converters = [typeof(AppVersionConverter)])]
[JsonSerializable(typeof(BackupManifest))]
[JsonSerializable(typeof(BackupProof))]
internal sealed partial class BackupJsonContext : JsonSerializerContext;
