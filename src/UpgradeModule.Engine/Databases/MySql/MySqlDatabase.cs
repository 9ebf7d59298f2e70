using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>A database on a MySQL or MariaDB server, worked with by the server's own programs: on this machine, or in the container that it runs in.</summary>
internal sealed class MySqlDatabase : IAppDatabase
{
    private readonly IOperationContext _operation;
    private readonly MySqlServer _server;
    private readonly DatabaseAccess _access;
    private readonly MySqlRollback _rollback;

    /// <summary>Names a database; nothing is connected to.</summary>
    /// <param name="access">The database and its log-ins.</param>
    /// <param name="operation">Who is told.</param>
    public MySqlDatabase(DatabaseAccess access, IOperationContext operation)
        : this(access, operation, new MySqlServer(access, operation))
    {
    }

    /// <summary>Names a database on a server whose programs are where a test has put them.</summary>
    /// <param name="access">The database and its log-ins.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="server">The server.</param>
    public MySqlDatabase(DatabaseAccess access, IOperationContext operation, MySqlServer server)
    {
        Target = access.Target;
        _access = access;
        _operation = operation;
        _server = server;
        _rollback = new MySqlRollback(server, operation);
    }

    /// <inheritdoc/>
    public DatabaseEngine Engine => DatabaseEngine.MySql;

    /// <inheritdoc/>
    public DatabaseTarget Target { get; }

    /// <inheritdoc/>
    public Task<DatabaseFacts> InspectAsync(CancellationToken cancellationToken) => new MySqlInspector(_server).RunAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<DumpResult> DumpAsync(string directory, IReadOnlyList<InvariantSpec> invariants, BackupOptions options, IOperationContext operation, CancellationToken cancellationToken) => new MySqlBackup(_server).RunAsync(directory, invariants, options, operation, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TableCount>> CountRowsAsync(CancellationToken cancellationToken) => ReadAsync("could not be counted", session => MySqlReader.CountAsync(session, _server.Name, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TableHash>> HashTablesAsync(BackupContent? like, IOperationContext operation, CancellationToken cancellationToken) => MySqlErrors.GuardAsync(_server.Admin, "DatabaseQueryFailed", "could not be read", () => MySqlHasher.OfDatabaseAsync(_server, cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<TableHash>> HashContentAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken) => MySqlHasher.OfBackupAsync(content, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<InvariantValue>> ReadInvariantsAsync(IReadOnlyList<InvariantSpec> invariants, CancellationToken cancellationToken) =>
        ReadAsync("could not be read", session => MySqlReader.InvariantsAsync(session, invariants, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<IReadOnlyList<string?>>> QueryAsync(string sql, CancellationToken cancellationToken) => ReadAsync("could not answer a query", session => session.QueryForeignAsync(sql, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task ExecuteAsync(string sql, CancellationToken cancellationToken) => MySqlErrors.GuardAsync(_server.Live, "DatabaseWriteFailed", "could not be written to", async () =>
    {
        var session = await _server.OpenLiveAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            // What isn't committed is gone with the session.
            await session.ExecuteAsync("START TRANSACTION", cancellationToken).ConfigureAwait(false);
            await session.QueryForeignAsync(sql, cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync("COMMIT", CancellationToken.None).ConfigureAwait(false);
            return true;
        }
    });

    /// <inheritdoc/>
    public Task<bool> TableExistsAsync(string name, CancellationToken cancellationToken) => ReadAsync("could not be read", async session =>
    {
        var tables = await MySqlCatalog.TablesAsync(session, _server.Name, cancellationToken).ConfigureAwait(false);
        return tables.Any(table => table.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || $"{_server.Name}.{table.Name}".Equals(name, StringComparison.OrdinalIgnoreCase));
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<IScratchDatabase> RestoreToScratchAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken) => new MySqlProof(_server, _access, access => new MySqlDatabase(access, operation)).RunAsync(content, operation, cancellationToken);

    /// <inheritdoc/>
    public async Task<IRehearsalDatabase> RestoreForRehearsalAsync(BackupContent content, string folder, IOperationContext operation, CancellationToken cancellationToken) =>
        await new MySqlRehearsal(_server, access => new MySqlDatabase(access, operation)).RunAsync(content, operation, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task<RestoreOutcome> RestoreAsync(BackupContent content, string label, IOperationContext operation, CancellationToken cancellationToken) => new MySqlRestorer(_server).RunAsync(content, label, operation, cancellationToken);

    /// <inheritdoc/>
    public Task<ReturnPoint> CreateRollbackPointAsync(string label, CancellationToken cancellationToken) => _rollback.CreateAsync(label, cancellationToken);

    /// <inheritdoc/>
    public Task<ReturnPoint?> RollbackAsync(ReturnPoint point, CancellationToken cancellationToken) => _rollback.GoBackAsync(point, cancellationToken);

    /// <inheritdoc/>
    public Task DropAsync(ReturnPoint point, CancellationToken cancellationToken) => _rollback.DropAsync(point, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ReturnPoint>> ListKeptAsync(CancellationToken cancellationToken) => _rollback.ListAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<IAsyncDisposable> LockAsync(string purpose, CancellationToken cancellationToken)
    {
        try
        {
            return await MySqlLock.TakeAsync(_server, purpose, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure) when (failure.ErrorId is "PermissionMissing" or "DatabaseNotFound")
        {
            // The lock file beside the artifact still holds others of this machine off.
            _operation.Warning($"The deployment can't be locked on its database server, so another machine would not see this operation: {failure.Message}");
            return NothingToRelease.Instance;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Task<T> ReadAsync<T>(string action, Func<MySqlSession, Task<T>> read, CancellationToken cancellationToken) => MySqlErrors.GuardAsync(_server.Live, "DatabaseQueryFailed", action, async () =>
    {
        var session = await _server.OpenLiveAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await MySqlReader.BeginSnapshotAsync(session, cancellationToken).ConfigureAwait(false);
            return await read(session).ConfigureAwait(false);
        }
    });
}
