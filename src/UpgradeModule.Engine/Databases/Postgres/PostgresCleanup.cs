using System.Diagnostics;
using Npgsql;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>
/// Removes a database that was made for one use, where that use failed: over a session of its own, as what failed may be the one at hand; and patiently, as
/// a server that lost a process starts anew and answers nobody meanwhile.
/// </summary>
/// <param name="open">Opens a session beside the database.</param>
/// <param name="operation">Who is told.</param>
internal sealed class PostgresCleanup(Func<Task<PostgresConnection>> open, IOperationContext operation)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Removes a database, where it is there. It doesn't fail: what can't be removed is told.</summary>
    /// <param name="database">The database.</param>
    public Task RemoveAsync(string database) => TryAsync(
        async connection =>
        {
            await PostgresSwap.DiscardAsync(connection, database, CancellationToken.None).ConfigureAwait(false);
            return true;
        },
        failure => $"The database '{database}', which is of no use, may be left on its server: drop it there. It could not be dropped: {failure.Message}");

    /// <summary>Whether there is a database.</summary>
    /// <param name="database">The database.</param>
    /// <returns><see langword="false"/> also where the server can't be asked, which is told.</returns>
    public Task<bool> ExistsAsync(string database) => TryAsync(
        connection => PostgresCatalog.ExistsAsync(connection, database, CancellationToken.None),
        failure => $"Whether the database '{database}' is on its server could not be found out: {failure.Message} Look there: if it is, the data was swapped before the connection broke.");

    private async Task<bool> TryAsync(Func<PostgresConnection, Task<bool>> work, Func<Exception, string> complaint)
    {
        for (var since = Stopwatch.StartNew(); ;)
        {
            try
            {
                var connection = await open().ConfigureAwait(false);
                await using (connection.ConfigureAwait(false)) return await work(connection).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is UpgradeException or NpgsqlException or TimeoutException or IOException)
            {
                var mayPass = failure is not PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } && failure is not UpgradeException { ErrorId: not "DatabaseUnreachable" };
                if (!mayPass || since.Elapsed >= s_patience)
                {
                    operation.Warning(complaint(failure));
                    return false;
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None).ConfigureAwait(false);
        }
    }
}
