using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>Restores what a backup holds: by PostgreSQL's own program, or by the module itself.</summary>
internal interface IArchiveReader
{
    /// <summary>The format that it reads.</summary>
    string Format { get; }

    /// <summary>The file to restore.</summary>
    /// <param name="content">The backup's data.</param>
    /// <exception cref="UpgradeException"><c>BackupCorrupt</c>.</exception>
    string FileOf(BackupContent content) => ArchiveFile.Of(content, Format);

    /// <summary>Reads what a file tells of itself.</summary>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>BackupCorrupt</c>.</exception>
    Task<ArchiveFacts> ReadFactsAsync(string file, CancellationToken cancellationToken);

    /// <summary>Tells which program a restore misses.</summary>
    /// <param name="facts">What the file tells of itself.</param>
    /// <param name="onServer">Whether it goes onto the deployment's own server, which the programs of that one's container reach as well.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The error (<c>BackupToolNotFound</c>) with what to do; <see langword="null"/> where nothing is missing.</returns>
    Task<UpgradeException?> ObstacleAsync(ArchiveFacts facts, bool onServer, CancellationToken cancellationToken) => Task.FromResult<UpgradeException?>(null);

    /// <summary>Restores a file into an empty database. The first mistake ends it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="facts">What it tells of itself.</param>
    /// <param name="target">The empty database.</param>
    /// <param name="mode">What of it.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The complaint; <see langword="null"/> where all went well.</returns>
    Task<string?> RestoreAsync(string file, ArchiveFacts facts, PostgresLogIn target, RestoreMode mode, WorkProgress? progress, CancellationToken cancellationToken);
}
