namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Finds out what is there and what may be done. It changes nothing, so what may be done is told by the grants.</summary>
/// <param name="server">The server.</param>
internal sealed class MySqlInspector(MySqlServer server)
{
    /// <summary>Inspects.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<DatabaseFacts> RunAsync(CancellationToken cancellationToken) => MySqlErrors.GuardAsync(server.Live, "DatabaseQueryFailed", "could not be inspected", async () =>
    {
        var live = await server.OpenLiveAsync(cancellationToken).ConfigureAwait(false);
        await using (live.ConfigureAwait(false))
        {
            var admin = await MySqlSession.OpenAsync(await server.Tools.ClientAsync(cancellationToken).ConfigureAwait(false), server.Admin, server.Name, cancellationToken).ConfigureAwait(false);
            await using (admin.ConfigureAwait(false))
            {
                var tables = await MySqlCatalog.TablesAsync(admin, server.Name, cancellationToken).ConfigureAwait(false);
                var grants = await MySqlGrants.ReadAsync(admin, cancellationToken).ConfigureAwait(false);
                var kept = MySqlSwap.KeptNameOf(server.Name, "any");
                var mayCreate = grants.Has(kept, "CREATE") && grants.Has(kept, "DROP") && grants.Has(kept, "ALTER") && grants.Has(kept, "INSERT");
                var right = $"Give a log-in that may make databases beside '{server.Name}' (-MaintenanceUser, -MaintenanceCredential), or GRANT ALL ON {MySqlText.Name(server.Name.Replace("_", "\\_", StringComparison.Ordinal) + "\\_\\_um\\_%")}.* to '{server.Admin.Credential.UserName}'.";
                List<string?> missing =
                [
                    await ObstacleAsync(admin, tables, cancellationToken).ConfigureAwait(false),
                    mayCreate ? null : right,
                    await MySqlSessions.BlindnessAsync(admin, server, cancellationToken).ConfigureAwait(false) is { } blind ? $"{blind.Message} {blind.Remedy}" : null,
                ];
                return new DatabaseFacts
                {
                    Exists = true,
                    EngineVersion = live.Server.Text,
                    Size = tables.Sum(table => table.Size),
                    CanCreateDatabase = mayCreate,
                    CanProve = mayCreate,
                    ProofPlace = mayCreate ? "a database of its own on the same server" : null,
                    Sessions = await MySqlSessions.ListAsync(admin, server.Name, await live.NumberAsync("SELECT CONNECTION_ID()", cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false),
                    Missing = [.. missing.OfType<string>()],
                    DataDirectory = await DataDirectoryAsync(live, cancellationToken).ConfigureAwait(false),
                };
            }
        }
    });

    private async Task<string?> ObstacleAsync(MySqlSession admin, IReadOnlyList<MySqlTable> tables, CancellationToken cancellationToken)
    {
        if (await MySqlCoverage.ObstacleAsync(admin, server.Admin, tables, cancellationToken).ConfigureAwait(false) is { } obstacle) return obstacle.Message;
        try
        {
            await server.Tools.DumperAsync(admin.Server, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (UpgradeException failure) when (failure.ErrorId == "BackupToolNotFound")
        {
            return failure.Message;
        }
    }

    private async Task<string?> DataDirectoryAsync(MySqlSession session, CancellationToken cancellationToken)
    {
        if (server.Live.Target is not { Container: null, Server: "localhost" or "127.0.0.1" or "::1" }) return null;
        var directory = await session.ScalarAsync("SELECT @@datadir", cancellationToken).ConfigureAwait(false);
        // A server in a container answers on the loopback as well, and its directory is not of this machine.
        return directory is not null && Directory.Exists(directory) ? directory : null;
    }
}
