namespace UpgradeModule.Engine.Backups.Retention;

/// <summary>Which backups are judged together: those of one deployment and one database. Two machines may each have a deployment of the same name, and write to one share.</summary>
internal static class BackupGroup
{
    /// <summary>What the backups of a group have in common.</summary>
    /// <param name="backup">A backup.</param>
    public static (string Deployment, string Database) Of(AppBackup backup) => (backup.Deployment.ToUpperInvariant(), backup.Database ?? "");
}
