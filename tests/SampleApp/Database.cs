using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace SampleApp;

/// <summary>The application's database: SQLite or PostgreSQL behind one face.</summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly NpgsqlDataSource? _postgres;
    private readonly string _sqlite;

    public Database(Settings settings)
    {
        Postgres = settings.Postgres;
        if (Postgres)
        {
            var builder = new NpgsqlConnectionStringBuilder
            {
                Host = settings.Host,
                Port = settings.DatabasePort,
                Database = settings.Name,
                Username = settings.User,
                Password = settings.Password,
                ApplicationName = "SampleApp",
                SslMode = SslMode.Prefer,
                Timeout = 5,
            };
            _postgres = new NpgsqlSlimDataSourceBuilder(builder.ConnectionString).Build();
            Description = $"postgres {settings.Host}:{settings.DatabasePort}/{settings.Name}";
            _sqlite = "";
        }
        else
        {
            _sqlite = new SqliteConnectionStringBuilder { DataSource = settings.File, ForeignKeys = true, DefaultTimeout = 10 }.ConnectionString;
            Description = "sqlite " + settings.File;
        }
    }

    public bool Postgres { get; }

    /// <summary>What it is, without a secret.</summary>
    public string Description { get; }

    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (_postgres is not null) return await _postgres.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var connection = new SqliteConnection(_sqlite);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        return connection;
    }

    /// <summary>Makes SQLite write ahead, so that readers and writers don't block each other.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (!Postgres) await ExecuteAsync("PRAGMA journal_mode=WAL", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a statement in a transaction of its own.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object?[] values)
    {
        await using var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task<object?> ScalarAsync(string sql, CancellationToken cancellationToken, params object?[] values)
    {
        await using var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Command(connection, sql, values);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is var value and not DBNull ? value : null;
    }

    public async Task<long> CountAsync(string sql, CancellationToken cancellationToken, params object?[] values) =>
        Convert.ToInt64(await ScalarAsync(sql, cancellationToken, values).ConfigureAwait(false), CultureInfo.InvariantCulture);

    public async Task<List<object?[]>> QueryAsync(string sql, CancellationToken cancellationToken, params object?[] values)
    {
        await using var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Command(connection, sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var rows = new List<object?[]>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var row = new object?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++) row[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
            rows.Add(row);
        }

        return rows;
    }

    public Task<bool> TableExistsAsync(string name, CancellationToken cancellationToken) => HasAnyAsync(
        Postgres
            ? "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1"
            : "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1",
        name,
        cancellationToken);

    /// <summary>Makes a command whose parameters are $1, $2 … in both engines.</summary>
    public DbCommand Command(DbConnection connection, string sql, params object?[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
        {
            var parameter = command.CreateParameter();
            if (!Postgres) parameter.ParameterName = "$" + (i + 1).ToString(CultureInfo.InvariantCulture);
            parameter.Value = values[i] switch
            {
                null => DBNull.Value,
                DateTimeOffset time when !Postgres => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
                DateTimeOffset time => time.UtcDateTime,
                var value => value,
            };
            command.Parameters.Add(parameter);
        }

        return command;
    }

    public async ValueTask DisposeAsync()
    {
        // Closing the last connection folds SQLite's write-ahead log back into its file.
        if (_postgres is not null) await _postgres.DisposeAsync().ConfigureAwait(false);
        else SqliteConnection.ClearAllPools();
    }

    private async Task<bool> HasAnyAsync(string sql, string name, CancellationToken cancellationToken) =>
        await CountAsync(sql, cancellationToken, name).ConfigureAwait(false) > 0;
}
