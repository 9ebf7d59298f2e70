using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace UpgradeModule.Engine.Databases.Sqlite;

/// <summary>
/// One open connection, used on one thread. SQLite works synchronously: its statements are interrupted when the token is cancelled, and a
/// lock that is held is tried again until the time is up.
/// </summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly CancellationToken _cancellationToken;
    private readonly CancellationTokenRegistration _interrupt;
    private readonly TimeSpan _patience;

    private SqliteSession(SqliteConnection connection, TimeSpan patience, CancellationToken cancellationToken)
    {
        Connection = connection;
        _patience = patience;
        _cancellationToken = cancellationToken;
        _interrupt = cancellationToken.Register(() => raw.sqlite3_interrupt(connection.Handle));
    }

    /// <summary>How long a lock of another connection is waited for where nothing else is said.</summary>
    public static TimeSpan DefaultPatience { get; } = TimeSpan.FromSeconds(30);

    /// <summary>The connection.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>Opens a live database. It is opened for writing, because only then a journal that a crash left can be played back.</summary>
    /// <param name="path">The file.</param>
    /// <param name="readOnly">Whether statements that change something are refused.</param>
    /// <param name="patience">How long a lock of another connection is waited for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static SqliteSession Open(string path, bool readOnly, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!File.Exists(path)) throw SqliteErrors.NotFound(path);
        var session = Connect(path, SqliteOpenMode.ReadWrite, patience, cancellationToken);
        try
        {
            if (readOnly) session.Execute("PRAGMA query_only = 1");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file that nobody else writes, such as a backup: no lock is taken and no file is made beside it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static SqliteSession OpenUnchanging(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path)) throw SqliteErrors.NotFound(path);
        var address = "file:" + string.Join('/', Path.GetFullPath(path).Replace('\\', '/').Split('/').Select(Uri.EscapeDataString)).Replace("%3A", ":", StringComparison.Ordinal);
        return Connect(address.Replace("file:", OperatingSystem.IsWindows() ? "file:///" : "file:", StringComparison.Ordinal) + "?immutable=1", SqliteOpenMode.ReadOnly, TimeSpan.Zero, cancellationToken);
    }

    /// <summary>Opens a file of our own, making it where it isn't there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static SqliteSession Create(string path, CancellationToken cancellationToken) => Connect(path, SqliteOpenMode.ReadWriteCreate, TimeSpan.Zero, cancellationToken);

    /// <summary>Quotes a name.</summary>
    /// <param name="name">The name.</param>
    public static string Quote(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    /// <summary>Runs a statement.</summary>
    /// <param name="sql">The statement.</param>
    public void Execute(string sql) => Query(sql);

    /// <summary>Runs a query that gives one number.</summary>
    /// <param name="sql">The query.</param>
    public long Number(string sql) => long.Parse(Query(sql)[0][0] ?? "0", CultureInfo.InvariantCulture);

    /// <summary>Runs a query.</summary>
    /// <param name="sql">The query.</param>
    /// <returns>Its rows, each value as invariant text.</returns>
    public IReadOnlyList<IReadOnlyList<string?>> Query(string sql)
    {
        var deadline = DateTime.UtcNow + _patience;
        while (true)
        {
            try
            {
                return Read(sql);
            }
            catch (SqliteException failure) when (SqliteErrors.IsBusy(failure) && DateTime.UtcNow < deadline)
            {
                _cancellationToken.ThrowIfCancellationRequested();
            }
            catch (SqliteException failure) when (SqliteErrors.IsInterrupted(failure))
            {
                _cancellationToken.ThrowIfCancellationRequested();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // First the registration: it must not touch a connection that is gone.
        _interrupt.Dispose();
        Connection.Dispose();
    }

    private static SqliteSession Connect(string source, SqliteOpenMode mode, TimeSpan patience, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // The driver sleeps while it waits for a lock and hears no cancellation then: so it waits a second at most, and Query goes on.
        var settings = new SqliteConnectionStringBuilder { DataSource = source, Mode = mode, Pooling = false, DefaultTimeout = patience > TimeSpan.Zero ? 1 : 0 };
        var connection = new SqliteConnection(settings.ConnectionString);
        try
        {
            connection.Open();
            return new SqliteSession(connection, patience, cancellationToken);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private List<IReadOnlyList<string?>> Read(string sql)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<IReadOnlyList<string?>>();
        while (reader.Read())
        {
            _cancellationToken.ThrowIfCancellationRequested();
            var row = new string?[reader.FieldCount];
            for (var column = 0; column < row.Length; column++) row[column] = Text(reader, column);
            rows.Add(row);
        }

        return rows;
    }

    private static string? Text(SqliteDataReader reader, int column) => reader.GetValue(column) switch
    {
        DBNull => null,
        byte[] bytes => Convert.ToHexString(bytes),
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        var value => value.ToString(),
    };
}
