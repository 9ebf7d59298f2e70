namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>Writes databases to files and reads them back: by PostgreSQL's own programs now; another way fits behind the same members.</summary>
internal interface IPostgresArchiver
{
    /// <summary>The format that it writes and reads.</summary>
    string Format { get; }

    /// <summary>The programs that it needs for a server, and what is missing of them; <see langword="null"/> where nothing is.</summary>
    /// <param name="serverMajor">The server's major.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<string?> MissingAsync(int serverMajor, CancellationToken cancellationToken);

    /// <summary>Writes a database as a snapshot has it.</summary>
    /// <param name="source">The database.</param>
    /// <param name="serverMajor">The server's major.</param>
    /// <param name="snapshot">The exported snapshot.</param>
    /// <param name="file">The file to write.</param>
    /// <param name="onTable">Told each table when its rows begin.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The programs that took part, and their versions.</returns>
    /// <exception cref="UpgradeException"><c>BackupToolNotFound</c>, <c>BackupFailed</c>, <c>DiskFull</c>, <c>PermissionMissing</c>.</exception>
    Task<IReadOnlyDictionary<string, string>> WriteAsync(PostgresLogIn source, int serverMajor, string snapshot, string file, Action<string> onTable, CancellationToken cancellationToken);

    /// <summary>Reads what a file tells of itself.</summary>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>BackupCorrupt</c>, <c>BackupToolNotFound</c>.</exception>
    Task<ArchiveFacts> ReadFactsAsync(string file, CancellationToken cancellationToken);

    /// <summary>Restores a file into an empty database. The first mistake ends it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="facts">What it tells of itself.</param>
    /// <param name="target">The empty database.</param>
    /// <param name="mode">What of it.</param>
    /// <param name="onStep">Told what is being restored.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The complaint; <see langword="null"/> where all went well.</returns>
    Task<string?> RestoreAsync(string file, ArchiveFacts facts, PostgresLogIn target, RestoreMode mode, Action<string>? onStep, CancellationToken cancellationToken);
}
