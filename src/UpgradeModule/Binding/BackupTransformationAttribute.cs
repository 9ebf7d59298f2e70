using System.Management.Automation;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Binding;

/// <summary>Takes backups that were serialised, and the folders or ids of backups.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class BackupTransformationAttribute() : RecordTransformationAttribute(typeof(AppBackup))
{
    /// <summary>Whether a backup is only a folder or an id, yet to be read.</summary>
    /// <param name="backup">The backup.</param>
    public static bool IsNameOnly(AppBackup backup) => backup.App.Length == 0;

    /// <inheritdoc/>
    protected override object? FromText(EngineIntrinsics engineIntrinsics, string text)
    {
        if (text.Length == 0) return null;
        try
        {
            var path = SessionPaths.Full(engineIntrinsics.SessionState.Path, text);
            return Directory.Exists(path) || File.Exists(path) || text.Contains('/', StringComparison.Ordinal) || text.Contains('\\', StringComparison.Ordinal)
                ? new AppBackup { Path = path }
                : new AppBackup { Id = text };
        }
        catch (UpgradeException exception)
        {
            throw new ArgumentTransformationMetadataException(exception.Message, exception);
        }
    }
}
