namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>Writes databases to files by PostgreSQL's own programs, and reads them back.</summary>
internal interface IPostgresArchiver : IArchiveReader
{
    /// <summary>The programs that it needs for a server, and what is missing of them; <see langword="null"/> where nothing is.</summary>
    /// <param name="serverMajor">The server's major.</param>
    /// <param name="here">Whether only those of this machine count, which are found at once, and not those of the database's container.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<string?> MissingAsync(int serverMajor, bool here, CancellationToken cancellationToken);

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
}
