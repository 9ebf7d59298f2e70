using Microsoft.Data.Sqlite;
using UpgradeModule.Engine.Databases.Files;

namespace UpgradeModule.Engine.Databases.Sqlite;

/// <summary>Restores backups of SQLite databases.</summary>
/// <param name="path">The live database file.</param>
internal sealed class SqliteRestorer(string path)
{
    /// <summary>The format that is understood: the database file as it is.</summary>
    public const string Format = "sqlite";

    /// <summary>Tells whether a file is a database, so that it can be restored as a backup's can.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>ArchiveNotRecognized</c>, <c>ArchiveNotFound</c>.</exception>
    public static async Task<BackupContent> ReadArchiveAsync(string path, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(path);
        if (!File.Exists(full)) throw new UpgradeException("ArchiveNotFound", UpgradeErrorCategory.ObjectNotFound, full, $"There is no file '{full}'.", "Give the full path of the archive.");
        var head = new byte[16];
        var stream = File.OpenRead(full);
        await using (stream.ConfigureAwait(false)) await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (!head.AsSpan().SequenceEqual("SQLite format 3\0"u8)) throw Unknown("it is no SQLite database");
        if (File.Exists(full + "-wal") || File.Exists(full + "-journal")) throw Unknown("a part of it is in the journal beside it, so it is in use or was copied while it was");
        return new BackupContent { Directory = Path.GetDirectoryName(full)!, Format = Format, Files = [Path.GetFileName(full)], IsForeign = true };

        UpgradeException Unknown(string reason) => new("ArchiveNotRecognized", UpgradeErrorCategory.InvalidData, full, $"'{full}' can't be restored: {reason}.", "Give a file that sqlite3's .backup or VACUUM INTO made.");
    }

    /// <summary>Restores into a private directory.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    public async Task<IScratchDatabase> ToScratchAsync(BackupContent content, CancellationToken cancellationToken)
    {
        var source = DataFile(content);
        var directory = TemporaryFolder.Make(TemporaryFolder.Copy);
        try
        {
            var copy = Path.Combine(directory, "database.sqlite");
            await DurableFile.CopyAsync(source, copy, cancellationToken).ConfigureAwait(false);
            await CheckAsync(content, copy, cancellationToken).ConfigureAwait(false);
            return new SqliteScratch(directory, new SqliteDatabase(new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = copy }, unchanging: true));
        }
        catch
        {
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    /// <summary>Restores into a folder of its own, for a clone of the application.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="folder">The folder in which that one is made.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    public async Task<IRehearsalDatabase> ForRehearsalAsync(BackupContent content, string folder, CancellationToken cancellationToken)
    {
        var source = DataFile(content);
        var directory = Path.Combine(folder, "data");
        DurableFile.CreatePrivateDirectory(directory);
        try
        {
            var copy = Path.Combine(directory, Path.GetFileName(path));
            await DurableFile.CopyAsync(source, copy, cancellationToken).ConfigureAwait(false);
            await CheckAsync(content, copy, cancellationToken).ConfigureAwait(false);
            return new SqliteRehearsal(directory, copy);
        }
        catch
        {
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    /// <summary>Restores beside the live file, compares, then swaps.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="label">A label for what is kept.</param>
    /// <param name="cancellationToken">Ends the work before the swap.</param>
    public async Task<RestoreOutcome> ToLiveAsync(BackupContent content, string label, CancellationToken cancellationToken)
    {
        var source = DataFile(content);
        SqliteFile.RequireUnused(path);
        var beside = $"{path}.um-restore-{KeptName.Safe(label)}";
        File.Delete(beside);
        try
        {
            await DurableFile.CopyAsync(source, beside, cancellationToken).ConfigureAwait(false);
            var tables = await CheckAsync(content, beside, cancellationToken).ConfigureAwait(false);
            TableComparison.Require(content, tables);
            if (File.Exists(path)) DurableFile.TakeOver(path, beside);
            var kept = await SqliteWork.RunAsync(path, "RestoreFailed", "could not be replaced", () => SqliteFile.Swap(beside, path, $"{path}.um-{KeptName.Safe(label)}", cancellationToken), cancellationToken).ConfigureAwait(false);
            return new RestoreOutcome { Previous = SqliteRollback.Point(kept ?? "", path, label), Tables = tables };
        }
        finally
        {
            DurableFile.Remove(beside);
        }
    }

    /// <summary>Hashes the tables of a backup where it lies.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<IReadOnlyList<TableHash>> HashAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken)
    {
        var file = DataFile(content);
        return SqliteWork.RunAsync(file, "BackupCorrupt", "could not be read", () =>
        {
            using var session = SqliteSession.OpenUnchanging(file, cancellationToken);
            return SqliteHasher.Run(session, operation, "Reading the backup", cancellationToken);
        }, cancellationToken);
    }

    private static string DataFile(BackupContent content)
    {
        if (content.Format != Format || content.Files.Count != 1) throw Corrupt(content, $"its data has the format '{content.Format}', not '{Format}' in one file");
        var file = Path.Combine(content.Directory, content.Files[0].Replace('/', Path.DirectorySeparatorChar));
        return File.Exists(file) ? file : throw Corrupt(content, $"'{content.Files[0]}' is missing");
    }

    private static Task<IReadOnlyList<TableCount>> CheckAsync(BackupContent content, string copy, CancellationToken cancellationToken) => SqliteWork.RunAsync(copy, "RestoreFailed", "could not be read", () =>
    {
        try
        {
            using var session = SqliteSession.OpenUnchanging(copy, cancellationToken);
            return SqliteReader.Check(session) is { } damage ? throw Corrupt(content, damage) : SqliteReader.Count(session);
        }
        catch (SqliteException failure) when (SqliteErrors.IsCorrupt(failure))
        {
            throw Corrupt(content, failure.Message, failure);
        }
    }, cancellationToken);

    private static UpgradeException Corrupt(BackupContent content, string detail, Exception? inner = null) =>
        new("BackupCorrupt", UpgradeErrorCategory.InvalidData, content.Directory, $"The backup '{content.Directory}' can't be restored: {detail}.", "Use another backup; nothing was changed.", inner);
}
