using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>Who is connected to a database.</summary>
internal static class PostgresSessions
{
    // What the server does of its own accord (autovacuum) has no role, and gives way by itself. An ordinary role isn't told the kind.
    private const string Query = """
        SELECT pid, usename, application_name = $2,
               'process ' || pid || coalesce(' of role ' || usename, '') || coalesce(' (' || nullif(application_name, '') || ')', '') || coalesce(' from ' || host(client_addr), '')
        FROM pg_catalog.pg_stat_activity
        WHERE datname = $1 AND pid <> pg_catalog.pg_backend_pid() AND usesysid IS NOT NULL AND coalesce(backend_type, '') NOT IN ('autovacuum worker', 'parallel worker')
        ORDER BY pid
        """;

    /// <summary>Lists the sessions of others, a line each.</summary>
    /// <param name="connection">A session on the server.</param>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IReadOnlyList<string>> ListAsync(PostgresConnection connection, string database, CancellationToken cancellationToken) =>
        [.. (await OthersAsync(connection, [database], cancellationToken).ConfigureAwait(false)).Select(session => session.Text)];

    /// <summary>Fails where others stay connected.</summary>
    /// <param name="connection">A session on the server.</param>
    /// <param name="database">The database.</param>
    /// <param name="wait">How long they are waited for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DatabaseInUse</c>: the message names the sessions.</exception>
    public static Task RequireNoneAsync(PostgresConnection connection, string database, SessionWait wait, CancellationToken cancellationToken) =>
        ExecuteAloneAsync(connection, [database], null, wait, cancellationToken);

    /// <summary>Runs a statement that nobody may be connected for. A session that is just ending is given the time to.</summary>
    /// <param name="connection">A session on the server.</param>
    /// <param name="databases">The databases that must have no sessions.</param>
    /// <param name="statement">The statement; <see langword="null"/> to wait only.</param>
    /// <param name="wait">What is done about sessions of others.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DatabaseInUse</c>: the message names the sessions.</exception>
    public static async Task ExecuteAloneAsync(PostgresConnection connection, IReadOnlyList<string> databases, string? statement, SessionWait wait, CancellationToken cancellationToken)
    {
        var since = Stopwatch.StartNew();
        var told = new HashSet<int>();
        for (var attempt = 1; ; attempt++)
        {
            // Each time anew: what reconnects by itself would be in the way again.
            if (wait.EndedIn is { } ended) await EndAsync(connection, ended, told, wait.Told, cancellationToken).ConfigureAwait(false);
            var sessions = await OthersAsync(connection, databases, cancellationToken).ConfigureAwait(false);
            PostgresException? refusal = null;
            if (sessions.Count == 0)
            {
                try
                {
                    if (statement is not null) await connection.ExecuteAsync(statement, cancellationToken).ConfigureAwait(false);
                    return;
                }
                catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.ObjectInUse)
                {
                    refusal = failure;
                }
            }

            if (since.Elapsed >= wait.For(sessions)) throw PostgresErrors.InUse(connection.LogIn with { Database = databases[0] }, [.. sessions.Select(session => session.Text)], refusal, wait.OtherRemedy);
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(100 * attempt, 500)), cancellationToken).ConfigureAwait(false);
        }
    }

    // A process that was killed in the middle of a statement leaves it running: the server sees only at its end that nobody waits for it.
    private static async Task EndAsync(PostgresConnection connection, string database, HashSet<int> told, IOperationContext? operation, CancellationToken cancellationToken)
    {
        foreach (var session in await AllAsync(connection, database, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                // The number may have gone to another session meanwhile: only one in this very database is ended.
                var isEnding = await connection.TestAsync("SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE pid = $1 AND datname = $2", cancellationToken, session.Process, database).ConfigureAwait(false);
                if (isEnding && !session.IsOurs && told.Add(session.Process)) operation?.Warning($"A session that was still connected to the database '{database}' was ended: {session.Text}.");
            }
            catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                // Another role's, which this one may not end: it is waited for, and named where it stays.
            }
        }
    }

    // Our own are seldom in the way for long, and would mean nothing to whoever reads their names.
    private static async Task<IReadOnlyList<PostgresSession>> OthersAsync(PostgresConnection connection, IReadOnlyList<string> databases, CancellationToken cancellationToken)
    {
        var sessions = new List<PostgresSession>();
        foreach (var database in databases) sessions.AddRange((await AllAsync(connection, database, cancellationToken).ConfigureAwait(false)).Where(session => !session.IsOurs));
        return sessions;
    }

    private static async Task<IReadOnlyList<PostgresSession>> AllAsync(PostgresConnection connection, string database, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(Query, cancellationToken, database, PostgresLogIn.ApplicationName).ConfigureAwait(false);
        return [.. rows.Select(row => new PostgresSession(int.Parse(row[0]!, CultureInfo.InvariantCulture), row[1], row[2] == "t", row[3]!))];
    }
}
