using System.Data;
using System.Globalization;
using Npgsql;
using UpgradeModule.Engine.Databases.Postgres.Managed.Dump;
using UpgradeModule.Engine.Databases.Postgres.Managed.Wire;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>An open session on a server, with the few ways in which it is used here.</summary>
internal sealed class PostgresConnection : ISnapshotReader
{
    // Limits that a role or database has for the application don't fit this work: copies take long, and sessions that hold a lock do nothing for hours. Not every
    // version knows all of them. A pooler stands before the server where that has another number for the session than we were told: what is set for such a session
    // would be found by whoever has it next, so there each transaction says it for itself.
    private const string Timeless = """
        SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings
        WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout', 'transaction_timeout') AND setting <> '0' AND pg_catalog.pg_backend_pid() = $1
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly NpgsqlConnection _connection;

    private PostgresConnection(NpgsqlConnection connection, PostgresLogIn logIn)
    {
        _connection = connection;
        LogIn = logIn;
    }

    /// <summary>The database and role.</summary>
    public PostgresLogIn LogIn { get; }

    /// <summary>The server's version as it is told: <c>15.18</c>.</summary>
    public string Version => _connection.PostgreSqlVersion.ToString();

    /// <summary>The server's major.</summary>
    public int Major => _connection.PostgreSqlVersion.Major;

    /// <summary>Connects.</summary>
    /// <param name="logIn">The database and role.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="applicationName">The name under which the session is seen.</param>
    /// <exception cref="UpgradeException"><c>DatabaseUnreachable</c>, <c>DatabaseLoginFailed</c>, <c>DatabaseNotFound</c>.</exception>
    public static Task<PostgresConnection> OpenAsync(PostgresLogIn logIn, CancellationToken cancellationToken, string applicationName = PostgresLogIn.ApplicationName) =>
        PostgresErrors.GuardAsync(logIn, "DatabaseUnreachable", "could not be opened", async () =>
        {
            var connection = new NpgsqlConnection(logIn.ConnectionString(applicationName));
            try
            {
                await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
                var opened = new PostgresConnection(connection, logIn);
                await opened.QueryAsync(Timeless, cancellationToken, connection.ProcessID).ConfigureAwait(false);
                return opened;
            }
            catch
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        });

    /// <summary>Runs a statement.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task ExecuteAsync(string sql, CancellationToken cancellationToken) => UseAsync(async () =>
    {
        using var command = new NpgsqlCommand(sql, _connection);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    });

    /// <summary>Runs a query.</summary>
    /// <param name="sql">The query, with <c>$1</c> and so on for values.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="values">The values.</param>
    /// <returns>Its rows, each value as invariant text.</returns>
    public Task<IReadOnlyList<IReadOnlyList<string?>>> QueryAsync(string sql, CancellationToken cancellationToken, params object[] values) => UseAsync<IReadOnlyList<IReadOnlyList<string?>>>(async () =>
    {
        // Text as the server writes it, of whatever type: types that the driver doesn't know (citext, geometry) come as well.
        using var command = new NpgsqlCommand(sql, _connection) { AllResultTypesAreUnknown = true };
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        var rows = new List<IReadOnlyList<string?>>();
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                var row = new string?[reader.FieldCount];
                for (var column = 0; column < row.Length; column++) row[column] = await reader.IsDBNullAsync(column, cancellationToken).ConfigureAwait(false) ? null : reader.GetString(column);
                rows.Add(row);
            }
        }

        return rows;
    });

    /// <summary>Runs a query that gives one value.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="values">The values.</param>
    /// <returns>The value; <see langword="null"/> where there is no row.</returns>
    public async Task<string?> ScalarAsync(string sql, CancellationToken cancellationToken, params object[] values) =>
        await QueryAsync(sql, cancellationToken, values).ConfigureAwait(false) is [[var value, ..], ..] ? value : null;

    /// <summary>Runs a query that gives one number.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="values">The values.</param>
    public async Task<long> NumberAsync(string sql, CancellationToken cancellationToken, params object[] values) =>
        long.Parse(await ScalarAsync(sql, cancellationToken, values).ConfigureAwait(false) ?? "0", CultureInfo.InvariantCulture);

    /// <summary>Runs a query that gives true or false.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="values">The values.</param>
    public async Task<bool> TestAsync(string sql, CancellationToken cancellationToken, params object[] values) =>
        await ScalarAsync(sql, cancellationToken, values).ConfigureAwait(false) is "t" or "true";

    /// <summary>Begins a COPY that sends rows as text.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<CopyOut> BeginCopyOutAsync(string sql, CancellationToken cancellationToken) =>
        new(((StreamReader)await UseAsync(() => _connection.BeginTextExportAsync(sql, cancellationToken)).ConfigureAwait(false)).BaseStream);

    /// <summary>Begins a COPY that takes rows as text. Disposing the stream ends it, and tells whether all went well.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<NpgsqlRawCopyStream> BeginCopyInAsync(string sql, CancellationToken cancellationToken) =>
        (NpgsqlRawCopyStream)((StreamWriter)await UseAsync(() => _connection.BeginTextImportAsync(sql, cancellationToken)).ConfigureAwait(false)).BaseStream;

    /// <summary>Asks for a sign of life: where others fail that depend on this session, its end may be the reason.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="NpgsqlException">The session is lost, or the server gives no answer.</exception>
    public async Task RequireAliveAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            await ExecuteAsync("SELECT 1", patience.Token).ConfigureAwait(false);
        }
        catch (PostgresException failure) when (!WireErrors.EndsSession(failure))
        {
            // Whatever it refuses (the transaction may have failed), it is there.
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NpgsqlException("a session gets no answer any more", failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    // The driver tells a connection that broke only once. To whoever uses it again, also where it found out by itself in between, it is one that was never opened.
    private async Task<T> UseAsync<T>(Func<Task<T>> use)
    {
        try
        {
            return await use().ConfigureAwait(false);
        }
        catch (InvalidOperationException failure) when (failure is not ObjectDisposedException && _connection.State == ConnectionState.Closed)
        {
            throw WireErrors.Broken(failure);
        }
    }
}
