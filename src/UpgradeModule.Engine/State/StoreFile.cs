using Microsoft.Data.Sqlite;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.State;

/// <summary>
/// The store's file. It is opened for each operation and closed after it, so that no process holds it for long and a crash leaves nothing open.
/// SQLite's calls block, so they run on the thread pool.
/// </summary>
internal sealed class StoreFile(string path)
{
    private const int BusySeconds = 30;

    /// <summary>The full path.</summary>
    public string Path { get; } = path;

    /// <summary>Reads. A store that doesn't exist yet gives the default, and no file is made.</summary>
    /// <param name="work">The reading.</param>
    /// <param name="missing">What a store that doesn't exist gives.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<T> ReadAsync<T>(Func<SqliteConnection, T> work, T missing, CancellationToken cancellationToken) => Task.Run(
        () => Guarded(() =>
        {
            if (!Exists()) return missing;
            using var connection = Open(SqliteOpenMode.ReadWrite);

            // An older store is brought up to date on reading too, so that queries know one set of tables; an empty file has none yet.
            if (StoreSchema.Check(connection, Path) == 0) return missing;
            StoreSchema.Migrate(connection, Path);
            return work(connection);
        }),
        cancellationToken);

    /// <summary>Writes, all or nothing.</summary>
    /// <param name="work">The writing.</param>
    /// <param name="cancellationToken">Ends the work before it begins.</param>
    public Task<T> WriteAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken) => Task.Run(
        () => Guarded(() =>
        {
            CreateFile();
            using var connection = Open(SqliteOpenMode.ReadWrite);
            StoreSchema.Check(connection, Path);
            Execute(connection, "PRAGMA journal_mode = WAL");
            StoreSchema.Migrate(connection, Path);
            using var transaction = connection.BeginTransaction(deferred: false);
            var result = work(connection);
            transaction.Commit();
            return result;
        }),
        cancellationToken);

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    // File.Exists says no as well where a folder may not be entered; that is no empty store but a missing right.
    private bool Exists()
    {
        try
        {
            return (File.GetAttributes(Path) & FileAttributes.Directory) == 0 ? true : throw new UnauthorizedAccessException("it is a folder");
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    // SQLite gives its companion files the rights of the main file, so that one is made private before SQLite sees it.
    private void CreateFile()
    {
        if (Exists()) return;
        PrivateFiles.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        try
        {
            PrivateFiles.Create(Path).Dispose();
        }
        catch (IOException) when (File.Exists(Path))
        {
            // Another process was faster.
        }
    }

    private SqliteConnection Open(SqliteOpenMode mode)
    {
        var settings = new SqliteConnectionStringBuilder { DataSource = Path, Mode = mode, Pooling = false, DefaultTimeout = BusySeconds };
        var connection = new SqliteConnection(settings.ConnectionString);
        try
        {
            connection.Open();
            Execute(connection, FormattableString.Invariant($"PRAGMA busy_timeout = {BusySeconds * 1000}; PRAGMA synchronous = FULL;"));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception failure) when (StoreErrors.Translate(Path, failure) is { } translated)
        {
            throw translated;
        }
    }
}
