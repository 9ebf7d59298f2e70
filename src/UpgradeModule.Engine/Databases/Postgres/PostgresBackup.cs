using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>Chooses what writes a backup: the module itself, else pg_dump where there is something that only that can write.</summary>
/// <param name="server">The server.</param>
/// <param name="archiver">PostgreSQL's own programs.</param>
internal sealed class PostgresBackup(PostgresServer server, IPostgresArchiver archiver)
{
    /// <summary>Dumps.</summary>
    /// <param name="directory">The backup's folder.</param>
    /// <param name="invariants">The invariants to read.</param>
    /// <param name="options">How.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<DumpResult> RunAsync(string directory, IReadOnlyList<InvariantSpec> invariants, BackupOptions options, IOperationContext operation, CancellationToken cancellationToken)
    {
        if (options.Engine == BackupEngine.PgDump) return await ByProgramAsync().ConfigureAwait(false);
        try
        {
            return await new ManagedDump(server, options).RunAsync(directory, invariants, operation, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure) when (failure.ErrorId == Coverage.NotCovered && options.Engine is null)
        {
            if (await MissingAsync(cancellationToken).ConfigureAwait(false) is { } missing) throw new UpgradeException(failure.ErrorId, failure.Category, failure.Target, failure.Reason, $"Nothing was written. {missing}", failure);
            operation.Warning($"{failure.Reason} So pg_dump writes this backup, and pg_restore will be needed to restore it.");
            return await ByProgramAsync().ConfigureAwait(false);
        }

        Task<DumpResult> ByProgramAsync() => new PostgresDump(server, archiver).RunAsync(directory, invariants, operation, cancellationToken);
    }

    /// <summary>Tells why a database can't be backed up here.</summary>
    /// <param name="connection">A session in it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The reason with what to do; <see langword="null"/> where one of the two can.</returns>
    public async Task<string?> ObstacleAsync(PostgresConnection connection, CancellationToken cancellationToken)
    {
        // Where pg_dump is there, nothing is in the way, and the catalogue needn't be read. In the container it is looked for last.
        if (await archiver.MissingAsync(connection.Major, here: true, cancellationToken).ConfigureAwait(false) is null) return null;
        if (await Coverage.FindAsync(server.Live, cancellationToken).ConfigureAwait(false) is not { } failure) return null;
        return await archiver.MissingAsync(connection.Major, here: false, cancellationToken).ConfigureAwait(false) is { } missing ? $"{failure.Reason} {missing}" : null;
    }

    private async Task<string?> MissingAsync(CancellationToken cancellationToken)
    {
        var connection = await server.OpenLiveAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false)) return await archiver.MissingAsync(connection.Major, here: false, cancellationToken).ConfigureAwait(false);
    }
}
