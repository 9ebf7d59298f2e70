namespace UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

/// <summary>A session that reads tables for a dump: the driver's, or one without it.</summary>
internal interface ISnapshotReader : IAsyncDisposable
{
    /// <summary>The server's major.</summary>
    int Major { get; }

    /// <summary>Runs statements whose rows, if they give any, aren't wanted.</summary>
    /// <param name="sql">The statements.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="Npgsql.PostgresException">The server refuses one.</exception>
    Task ExecuteAsync(string sql, CancellationToken cancellationToken);

    /// <summary>Begins a COPY that sends rows as text.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="Npgsql.PostgresException">The server refuses it.</exception>
    Task<CopyOut> BeginCopyOutAsync(string sql, CancellationToken cancellationToken);
}
