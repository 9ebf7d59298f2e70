using System.Globalization;
using UpgradeModule.Engine.Databases.Postgres.Scratch;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>Finds out what is there and what may be done.</summary>
/// <param name="server">The server.</param>
/// <param name="archiver">What writes archives.</param>
/// <param name="places">What finds the place for a proof.</param>
internal sealed class PostgresInspector(PostgresServer server, IPostgresArchiver archiver, ScratchPlaces places)
{
    /// <summary>Inspects.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<DatabaseFacts> RunAsync(CancellationToken cancellationToken) => PostgresErrors.GuardAsync(server.Live, "DatabaseQueryFailed", "could not be inspected", async () =>
    {
        var live = await server.OpenLiveAsync(cancellationToken).ConfigureAwait(false);
        await using (live.ConfigureAwait(false))
        {
            var (admin, rights) = await server.OpenAdminAsync(cancellationToken).ConfigureAwait(false);
            await using (admin.ConfigureAwait(false))
            {
                var search = await places.FindAsync(server, rights, live.Major, cancellationToken).ConfigureAwait(false);
                List<string?> missing = [await new PostgresBackup(server, archiver).ObstacleAsync(live, cancellationToken).ConfigureAwait(false), rights.Missing, search.Place is null ? search.Remedy : null];
                return new DatabaseFacts
                {
                    Exists = true,
                    EngineVersion = live.Version,
                    Size = long.Parse(await live.ScalarAsync("SELECT pg_database_size(current_database())", cancellationToken).ConfigureAwait(false) ?? "0", CultureInfo.InvariantCulture),
                    CanCreateDatabase = rights.MaySwap,
                    CanProve = search.Place is not null,
                    ProofPlace = search.Place?.Description,
                    Sessions = await PostgresSessions.ListAsync(admin, server.Name, cancellationToken).ConfigureAwait(false),
                    Missing = [.. missing.OfType<string>().Distinct()],
                    DataDirectory = await DataDirectoryAsync(admin, cancellationToken).ConfigureAwait(false),
                };
            }
        }
    });

    private static async Task<string?> DataDirectoryAsync(PostgresConnection connection, CancellationToken cancellationToken)
    {
        if (connection.LogIn.Server is not ("localhost" or "127.0.0.1" or "::1") && !connection.LogIn.Server.StartsWith('/')) return null;
        if (!await connection.TestAsync("SELECT pg_has_role('pg_read_all_settings', 'USAGE')", cancellationToken).ConfigureAwait(false)) return null;
        var directory = await connection.ScalarAsync("SHOW data_directory", cancellationToken).ConfigureAwait(false);
        // A server in a container answers on the loopback as well, and its directory is not of this machine.
        return directory is not null && Directory.Exists(directory) ? directory : null;
    }
}
