using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>
/// The lock of a deployment on its server. It is held by a session beside the database, as one in it would be in the way of copying and
/// renaming it; and it is named after the database, whose number changes with every swap.
/// </summary>
internal sealed class PostgresLock : IAsyncDisposable
{
    private readonly PostgresConnection _connection;

    private PostgresLock(PostgresConnection connection) => _connection = connection;

    /// <summary>Takes the lock.</summary>
    /// <param name="server">The server.</param>
    /// <param name="purpose">What it is taken for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DeploymentLocked</c>.</exception>
    public static Task<PostgresLock> TakeAsync(PostgresServer server, string purpose, CancellationToken cancellationToken) => PostgresErrors.GuardAsync(server.Live, "DeploymentLocked", "could not be locked", async () =>
    {
        var connection = await server.OpenLockAsync(Name(purpose), cancellationToken).ConfigureAwait(false);
        try
        {
            var key = Key(server.Name);
            if (await connection.TestAsync("SELECT pg_try_advisory_lock($1)", cancellationToken, key).ConfigureAwait(false)) return new PostgresLock(connection);
            var holder = await HolderAsync(connection, key, cancellationToken).ConfigureAwait(false);
            throw new UpgradeException("DeploymentLocked", UpgradeErrorCategory.ResourceBusy, server.Live.ToString(), $"Another operation works on the database '{server.Live}': {holder}.", "Wait until it has ended.");
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static async Task<string> HolderAsync(PostgresConnection connection, long key, CancellationToken cancellationToken)
    {
        const string Query = """
            SELECT a.application_name, a.pid, to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')
            FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND ((l.classid::bigint << 32) | l.objid::bigint) = $1
            """;
        if (await connection.QueryAsync(Query, cancellationToken, key).ConfigureAwait(false) is not [var row, ..]) return "it has ended just now";
        return $"{row[0]} (server process {row[1]}{(row[2] is null ? "" : $", since {row[2]} UTC")})";
    }

    private static long Key(string database) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes("UpgradeModule deployment " + database)));

    private static string Name(string purpose)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"UpgradeModule {purpose} by {Environment.UserName}@{Environment.MachineName} pid {Environment.ProcessId}");
        var ascii = string.Concat(name.Select(character => character is >= ' ' and <= '~' ? character : '?'));
        return ascii[..Math.Min(ascii.Length, SqlText.MaxNameBytes)];
    }
}
