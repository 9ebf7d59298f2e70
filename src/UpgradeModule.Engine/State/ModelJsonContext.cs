using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.State;

/// <summary>The JSON of the records: camelCase, enums by name, versions by their text. Read with <see cref="ModelJson"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    Converters = [typeof(AppVersionConverter)])]
[JsonSerializable(typeof(AppDefinition))]
[JsonSerializable(typeof(AppRelease))]
[JsonSerializable(typeof(DefinitionTestResult))]
[JsonSerializable(typeof(AppDeployment))]
[JsonSerializable(typeof(AppService))]
[JsonSerializable(typeof(AppArtifact))]
[JsonSerializable(typeof(AppImage))]
[JsonSerializable(typeof(AppBackup))]
[JsonSerializable(typeof(BackupTestResult))]
[JsonSerializable(typeof(RestoreResult))]
[JsonSerializable(typeof(TableCount))]
[JsonSerializable(typeof(UpgradePath))]
[JsonSerializable(typeof(ReadinessResult))]
[JsonSerializable(typeof(AppMigration))]
[JsonSerializable(typeof(MigrationLock))]
[JsonSerializable(typeof(RollbackJudgement))]
[JsonSerializable(typeof(RowChange))]
[JsonSerializable(typeof(UpgradeRun))]
[JsonSerializable(typeof(UpgradeResult))]
[JsonSerializable(typeof(UpgradeRehearsal))]
[JsonSerializable(typeof(RehearsedStop))]
[JsonSerializable(typeof(UpgradeReport))]
[JsonSerializable(typeof(HistoryTestResult))]
[JsonSerializable(typeof(HistoryBreak))]
[JsonSerializable(typeof(AppDatabaseCopy))]
[JsonSerializable(typeof(OperationProgress))]
internal sealed partial class ModelJsonContext : JsonSerializerContext;
