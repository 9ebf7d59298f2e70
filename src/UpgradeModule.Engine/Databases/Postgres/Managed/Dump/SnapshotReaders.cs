using UpgradeModule.Engine.Databases.Postgres.Managed.Wire;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

/// <summary>Opens the sessions that read tables: without the driver where that can be, which takes a fifth of the driver's time for each row.</summary>
/// <param name="server">The server.</param>
/// <param name="operation">Who is told what is used.</param>
internal sealed class SnapshotReaders(PostgresServer server, IOperationContext operation)
{
    private bool _encrypted;
    private bool _quick;

    /// <summary>Opens the first session without the driver.</summary>
    /// <param name="leader">The driver's session.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The session; <see langword="null"/> where the driver is to be used for all.</returns>
    public async Task<ISnapshotReader?> TryOpenAsync(PostgresConnection leader, CancellationToken cancellationToken)
    {
        // What the driver has encrypted must not be read unencrypted beside it; how Kerberos does that is known to the driver alone.
        var ways = await leader.QueryAsync("SELECT (SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()), (SELECT encrypted FROM pg_catalog.pg_stat_gssapi WHERE pid = pg_catalog.pg_backend_pid())", cancellationToken).ConfigureAwait(false);
        _encrypted = ways[0][0] == "t";
        var (session, obstacle) = ways[0][1] == "t" ? (null, "the connection is encrypted by Kerberos") : await WireSession.TryOpenAsync(server.Live, _encrypted, cancellationToken).ConfigureAwait(false);
        _quick = session is not null;
        operation.Verbose(_quick ? "The rows are read without the driver." : $"The rows are read by the driver, which is slower: {obstacle!.TrimEnd('.')}.");
        return session;
    }

    /// <summary>Opens a further session of the same kind.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The session; <see langword="null"/> where the server has none left, and those that are open do the work.</returns>
    public async Task<ISnapshotReader?> OpenAsync(CancellationToken cancellationToken)
    {
        if (!_quick) return await server.OpenLiveAsync(cancellationToken).ConfigureAwait(false);
        var (session, obstacle) = await WireSession.TryOpenAsync(server.Live, _encrypted, cancellationToken).ConfigureAwait(false);
        if (session is null) operation.Verbose($"One session fewer reads: {obstacle!.TrimEnd('.')}.");
        return session;
    }
}
