using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases;

/// <summary>
/// An application's database. Engines don't know each other; a new one is a new folder and one line where they are listed.
/// </summary>
public interface IAppDatabase : IAsyncDisposable
{
    /// <summary>The engine.</summary>
    DatabaseEngine Engine { get; }

    /// <summary>The database.</summary>
    DatabaseTarget Target { get; }

    /// <summary>Finds out what is there and what may be done.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DatabaseUnreachable</c>, <c>DatabaseLoginFailed</c>, <c>DatabaseNotFound</c>.</exception>
    Task<DatabaseFacts> InspectAsync(CancellationToken cancellationToken);

    /// <summary>Writes a consistent copy into a folder while the application goes on writing.</summary>
    /// <param name="directory">The folder; it exists and is empty. What fails leaves it to the caller to remove.</param>
    /// <param name="invariants">The invariants to read in the same snapshot.</param>
    /// <param name="options">How it is written, where the engine has a choice.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>BackupNotCovered</c>, <c>BackupToolNotFound</c>, <c>BackupFailed</c>, <c>DiskFull</c>, and what <see cref="InspectAsync"/> throws.</exception>
    Task<DumpResult> DumpAsync(string directory, IReadOnlyList<InvariantSpec> invariants, BackupOptions options, IOperationContext operation, CancellationToken cancellationToken);

    /// <summary>Counts the rows of every table.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<IReadOnlyList<TableCount>> CountRowsAsync(CancellationToken cancellationToken);

    /// <summary>Hashes the content of every table, in one snapshot and in little memory.</summary>
    /// <param name="like">A backup that is compared with: its tables and columns are hashed, in the order in which it has them; all where <see langword="null"/>.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DeepTestNotSupported</c>: the engine can't yet.</exception>
    Task<IReadOnlyList<TableHash>> HashTablesAsync(BackupContent? like, IOperationContext operation, CancellationToken cancellationToken) => throw DeepTest.NotSupported(Engine, like?.Format);

    /// <summary>Hashes the content of every table of a backup, as its files have it, without restoring it. What can't be compared with a database is left out.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DeepTestNotSupported</c>: not of this format. <c>BackupCorrupt</c>.</exception>
    Task<IReadOnlyList<TableHash>> HashContentAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken) => throw DeepTest.NotSupported(Engine, content.Format);

    /// <summary>Reads invariants. One that can't be read has no value and says why.</summary>
    /// <param name="invariants">Which.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<IReadOnlyList<InvariantValue>> ReadInvariantsAsync(IReadOnlyList<InvariantSpec> invariants, CancellationToken cancellationToken);

    /// <summary>Runs a query of the app definition, read-only.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The rows, each value as invariant text or <see langword="null"/>.</returns>
    /// <exception cref="UpgradeException"><c>DatabaseQueryFailed</c>.</exception>
    Task<IReadOnlyList<IReadOnlyList<string?>>> QueryAsync(string sql, CancellationToken cancellationToken);

    /// <summary>Runs one statement that changes data, in a transaction of its own.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="cancellationToken">Ends the work; nothing has changed then.</param>
    /// <exception cref="UpgradeException"><c>DatabaseWriteFailed</c>; <c>DatabaseWriteNotSupported</c>: this version of the module doesn't write to databases of this engine.</exception>
    Task ExecuteAsync(string sql, CancellationToken cancellationToken) => throw new UpgradeException(
        "DatabaseWriteNotSupported", UpgradeErrorCategory.NotImplemented, Target.ToString(), $"This version of the module changes nothing in databases of {Engine} itself.", "Use the application's own command, or the engine's client.");

    /// <summary>Tells whether a table is there.</summary>
    /// <param name="name">Its name, any case, with or without its schema.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<bool> TableExistsAsync(string name, CancellationToken cancellationToken);

    /// <summary>Restores a backup into a place of its own, to prove it.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work; what was made is removed.</param>
    /// <exception cref="UpgradeException"><c>ScratchUnavailable</c>: no place to restore to; the right that is missing is named. <c>BackupCorrupt</c>: the data can't be restored.</exception>
    Task<IScratchDatabase> RestoreToScratchAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken);

    /// <summary>Restores a backup for a clone of the application to run on: never onto the application's own server, where other databases are in reach.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="folder">A private folder that exists, for engines whose database is a file.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work; what was made is removed.</param>
    /// <exception cref="UpgradeException"><c>RehearsalNotSupported</c>: the engine can't. What <see cref="RestoreToScratchAsync"/> throws.</exception>
    Task<IRehearsalDatabase> RestoreForRehearsalAsync(BackupContent content, string folder, IOperationContext operation, CancellationToken cancellationToken) => throw new UpgradeException(
        "RehearsalNotSupported", UpgradeErrorCategory.NotImplemented, Target,
        $"An upgrade on {Engine} can't be rehearsed: this version of the module makes no database of it for a clone.",
        "Rehearse it on another machine: restore its backup there, and upgrade that.");

    /// <summary>
    /// Restores a backup beside the live data, compares every table's rows with the backup's, then swaps. Owner, grants and settings of the
    /// database stay. The data before is kept.
    /// </summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="label">A label for what is kept.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work; before the swap nothing has changed, after it everything has.</param>
    /// <exception cref="UpgradeException"><c>RestoreFailed</c>, <c>BackupCorrupt</c>, <c>DatabaseInUse</c>, <c>PermissionMissing</c>, <c>DiskFull</c>.</exception>
    Task<RestoreOutcome> RestoreAsync(BackupContent content, string label, IOperationContext operation, CancellationToken cancellationToken);

    /// <summary>Tells what an archive is that somebody made with the engine's own tools, so that it can be restored.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>ArchiveNotRecognized</c>, <c>ArchiveNotFound</c>.</exception>
    Task<BackupContent> ReadArchiveAsync(string path, CancellationToken cancellationToken) =>
        throw new UpgradeException("ArchiveNotRecognized", UpgradeErrorCategory.NotImplemented, path, $"'{path}' can't be restored: archives of {Engine} that this module didn't make are not known to it.", "Restore it with the engine's own tools.");

    /// <summary>Keeps the present state for the way back. The application must be stopped.</summary>
    /// <param name="label">A label, unique to the run and stop. Calling it again with the same label gives the same point.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    /// <exception cref="UpgradeException"><c>DatabaseInUse</c>, <c>PermissionMissing</c>, <c>DiskFull</c>, <c>RollbackPointFailed</c>.</exception>
    Task<ReturnPoint> CreateRollbackPointAsync(string label, CancellationToken cancellationToken);

    /// <summary>Goes back to a kept state. The application must be stopped. Doing it twice is no mistake.</summary>
    /// <param name="point">The state. It becomes the live data, so it can't be gone back to again.</param>
    /// <param name="cancellationToken">Ends the work before the swap.</param>
    /// <returns>The data that was replaced, kept, also where an earlier call had replaced it; <see langword="null"/> where nothing of it is left.</returns>
    /// <exception cref="UpgradeException"><c>RollbackFailed</c>, <c>DatabaseInUse</c>, <c>PermissionMissing</c>.</exception>
    Task<ReturnPoint?> RollbackAsync(ReturnPoint point, CancellationToken cancellationToken);

    /// <summary>Drops a kept state. Doing it twice is no mistake. A state that serves as the live data is refused.</summary>
    /// <param name="point">The state.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task DropAsync(ReturnPoint point, CancellationToken cancellationToken);

    /// <summary>Lists the states that are kept of this database: by runs, by restores, by whoever labelled them.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The states, each with its label as <c>label</c> in <see cref="ReturnPoint.Data"/> where its name tells it, and <see langword="default"/> as its time where nothing tells that.</returns>
    Task<IReadOnlyList<ReturnPoint>> ListKeptAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ReturnPoint>>([]);

    /// <summary>Takes a lock that lies in the database, where the engine has such (PostgreSQL: an advisory lock).</summary>
    /// <param name="purpose">What it is taken for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The lock; disposing it gives it back.</returns>
    /// <exception cref="UpgradeException"><c>DeploymentLocked</c>.</exception>
    Task<IAsyncDisposable> LockAsync(string purpose, CancellationToken cancellationToken);
}
