using Npgsql;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>Who is connected to a database.</summary>
internal static class PostgresSessions
{
    private const string Query = """
        SELECT 'process ' || pid || coalesce(' of role ' || usename, '') || coalesce(' (' || nullif(application_name, '') || ')', '') || coalesce(' from ' || host(client_addr), '')
        FROM pg_catalog.pg_stat_activity
        WHERE datname = $1 AND pid <> pg_catalog.pg_backend_pid() AND coalesce(backend_type, '') NOT IN ('autovacuum worker', 'parallel worker') AND application_name <> $2
        ORDER BY pid
        """;

    /// <summary>Lists the sessions of others, a line each.</summary>
    /// <param name="connection">A session on the server.</param>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IReadOnlyList<string>> ListAsync(PostgresConnection connection, string database, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(Query, cancellationToken, database, PostgresLogIn.ApplicationName).ConfigureAwait(false);
        return [.. rows.Select(row => row[0]!)];
    }

    /// <summary>Runs a statement that nobody may be connected for. A session of our own that is just ending is given the time to.</summary>
    /// <param name="connection">A session on the server.</param>
    /// <param name="databases">The databases that must have no sessions.</param>
    /// <param name="statement">The statement.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DatabaseInUse</c>: the message names the sessions.</exception>
    public static async Task ExecuteAloneAsync(PostgresConnection connection, IReadOnlyList<string> databases, string statement, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var sessions = new List<string>();
            foreach (var database in databases) sessions.AddRange(await ListAsync(connection, database, cancellationToken).ConfigureAwait(false));
            if (sessions.Count == 0)
            {
                try
                {
                    await connection.ExecuteAsync(statement, cancellationToken).ConfigureAwait(false);
                    return;
                }
                catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.ObjectInUse)
                {
                    if (attempt == 5) throw PostgresErrors.InUse(connection.LogIn with { Database = databases[0] }, sessions, failure);
                }
            }
            else if (attempt == 5)
            {
                throw PostgresErrors.InUse(connection.LogIn with { Database = databases[0] }, sessions);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100 * attempt), cancellationToken).ConfigureAwait(false);
        }
    }
}
