using UpgradeModule.Engine.Backups.Retention;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Backups;

/// <summary>Makes, lists, tests and restores backups.</summary>
public interface IBackupService
{
    /// <summary>Makes a backup.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="destination">The folder in which the backup's own folder is made; the deployment's, else the store's, where <see langword="null"/>.</param>
    /// <param name="options">How its data is written.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    /// <exception cref="UpgradeException"><c>BackupFailed</c>, <c>DiskFull</c>, <c>BackupDestinationInvalid</c>, <c>ServiceRunning</c> (where a consistent backup takes a stop), and what the database engine throws.</exception>
    Task<AppBackup> BackupAsync(DeploymentContext context, string? destination, BackupOptions options, CancellationToken cancellationToken);

    /// <summary>Makes a backup as is usual.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="destination">The folder in which the backup's own folder is made; the deployment's, else the store's, where <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    Task<AppBackup> BackupAsync(DeploymentContext context, string? destination, CancellationToken cancellationToken);

    /// <summary>Lists backups, newest first. Folders that are no backup, and a backup that can't be read, are told as warnings.</summary>
    /// <param name="query">Which.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<IReadOnlyList<AppBackup>> ListAsync(BackupQuery query, IOperationContext operation, CancellationToken cancellationToken);

    /// <summary>Reads one backup's manifest.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>BackupNotFound</c>, <c>BackupCorrupt</c>, <c>BackupUnreadable</c>, <c>BackupTooNew</c>: a newer module made it.</exception>
    Task<AppBackup> OpenAsync(string path, CancellationToken cancellationToken);

    /// <summary>Tests a backup: its checksums, then a restore into a place of its own where every table is counted. A proof is written beside the backup.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="context">The deployment whose server may serve for the proof; where <see langword="null"/>, a throw-away place is used.</param>
    /// <param name="checksumOnly">Whether only the checksums are tested.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What was found: a backup that is damaged is a result, no exception.</returns>
    /// <exception cref="UpgradeException"><c>ScratchUnavailable</c>: it could not be tested.</exception>
    Task<BackupTestResult> TestAsync(AppBackup backup, DeploymentContext? context, bool checksumOnly, IOperationContext operation, CancellationToken cancellationToken);

    /// <summary>Tests a backup as thoroughly as is wanted. Where a restore proves it, a proof is written beside the backup.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="context">The deployment whose server may serve for the proof; where <see langword="null"/>, a throw-away place is used.</param>
    /// <param name="depth">How thoroughly.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What was found: a backup that is damaged is a result, no exception.</returns>
    /// <exception cref="UpgradeException"><c>ScratchUnavailable</c>, <c>DeepTestNotSupported</c>: it could not be tested.</exception>
    Task<BackupTestResult> ProveAsync(AppBackup backup, DeploymentContext? context, BackupTestDepth depth, IOperationContext operation, CancellationToken cancellationToken);

    /// <summary>Copies a backup into another folder, reads it back from there and compares every checksum. What is there already, whole, isn't copied again.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="destination">The folder in which the copy's own folder is made.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    /// <returns>The copy.</returns>
    /// <exception cref="UpgradeException"><c>BackupNotFound</c>, <c>BackupCorrupt</c>, <c>BackupDestinationInvalid</c>, <c>BackupExists</c>, <c>BackupInUse</c>, <c>BackupCopyFailed</c>, <c>DiskFull</c>.</exception>
    Task<AppBackup> CopyAsync(AppBackup backup, string destination, IOperationContext operation, CancellationToken cancellationToken);

    /// <summary>Tells which backups would be removed and which are kept, and why. Nothing is done.</summary>
    /// <param name="request">Which.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<IReadOnlyList<BackupRemoval>> PlanRemovalAsync(BackupRemovalRequest request, IOperationContext operation, CancellationToken cancellationToken);

    /// <summary>Removes a backup, unless a run needs it by now.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work before it begins.</param>
    /// <exception cref="UpgradeException"><c>BackupNotFound</c>, <c>BackupNeeded</c>, <c>BackupRemoveFailed</c>.</exception>
    Task RemoveAsync(AppBackup backup, IOperationContext operation, CancellationToken cancellationToken);

    /// <summary>Finds what processes left that were killed while they made, copied or removed a backup. What a living one works on isn't among it.</summary>
    /// <param name="folder">The folder of backups; those that are usual or hold a backup that the store remembers where <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Full paths of hidden folders.</returns>
    Task<IReadOnlyList<string>> FindLeftAsync(string? folder, CancellationToken cancellationToken);

    /// <summary>Removes what a killed process left.</summary>
    /// <param name="folder">What <see cref="FindLeftAsync"/> gave.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>BackupRemoveFailed</c>.</exception>
    Task RemoveLeftAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Restores a backup into a deployment's database, after its checksums were tested. The service must be stopped.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="backup">The backup.</param>
    /// <param name="force">Whether a backup of another deployment, application or encryption key is taken too.</param>
    /// <param name="cancellationToken">Ends the work; before the swap nothing has changed.</param>
    /// <exception cref="UpgradeException"><c>ServiceRunning</c>, <c>BackupMismatch</c>, <c>BackupCorrupt</c>, and what the database engine throws.</exception>
    Task<RestoreResult> RestoreAsync(DeploymentContext context, AppBackup backup, bool force, CancellationToken cancellationToken);

    /// <summary>
    /// Restores an archive that somebody made with the database's own tools (pg_dump: plain SQL, also with gzip; custom, tar and directory where pg_restore is
    /// there; a SQLite file), with the same safety: beside, then swapped, the data before kept. No manifest tells what must be in it, and what application it is of.
    /// </summary>
    /// <param name="context">The deployment.</param>
    /// <param name="path">The archive's file or folder.</param>
    /// <param name="force">Whether sessions that hold on to the live data are ended, as far as the role may.</param>
    /// <param name="cancellationToken">Ends the work; before the swap nothing has changed.</param>
    /// <exception cref="UpgradeException"><c>ServiceRunning</c>, <c>ArchiveNotFound</c>, <c>ArchiveNotRecognized</c>, <c>BackupCorrupt</c>, <c>BackupToolNotFound</c>, and what the database engine throws.</exception>
    Task<RestoreResult> RestoreArchiveAsync(DeploymentContext context, string path, bool force, CancellationToken cancellationToken);
}
