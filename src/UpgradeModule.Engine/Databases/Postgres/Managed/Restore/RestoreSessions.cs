using System.Collections.Concurrent;
using UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Restore;

/// <summary>The sessions of a restore, opened when they are wanted and used again.</summary>
/// <param name="target">The database that is filled.</param>
internal sealed class RestoreSessions(PostgresLogIn target) : IAsyncDisposable
{
    private readonly ConcurrentBag<PostgresConnection> _all = [];
    private readonly ConcurrentBag<PostgresConnection> _free = [];

    /// <summary>Gives a session.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<PostgresConnection> TakeAsync(CancellationToken cancellationToken)
    {
        if (_free.TryTake(out var free)) return free;
        var connection = await PostgresConnection.OpenAsync(target, cancellationToken).ConfigureAwait(false);
        _all.Add(connection);
        await connection.ExecuteAsync(ScriptHeader.Settings, cancellationToken).ConfigureAwait(false);
        // Nothing of this database counts before it is swapped in, which brings all of it to the server's disk. Sorting in memory is what indexes take their time for.
        await connection.ExecuteAsync("SET synchronous_commit = off; SELECT pg_catalog.set_config('maintenance_work_mem', greatest(setting::bigint, 262144)::text, false) FROM pg_catalog.pg_settings WHERE name = 'maintenance_work_mem'", cancellationToken).ConfigureAwait(false);
        return connection;
    }

    /// <summary>Takes a session back that is of further use.</summary>
    /// <param name="connection">The session.</param>
    public void Return(PostgresConnection connection) => _free.Add(connection);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _all) await connection.DisposeAsync().ConfigureAwait(false);
    }
}
