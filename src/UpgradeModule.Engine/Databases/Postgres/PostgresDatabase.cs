using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases.Postgres.Archives;
using UpgradeModule.Engine.Databases.Postgres.Hashing;
using UpgradeModule.Engine.Databases.Postgres.Managed;
using UpgradeModule.Engine.Databases.Postgres.Managed.Restore;
using UpgradeModule.Engine.Databases.Postgres.Programs;
using UpgradeModule.Engine.Databases.Postgres.Scratch;
using UpgradeModule.Engine.Databases.Programs;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>A database on a PostgreSQL server.</summary>
internal sealed class PostgresDatabase : IAppDatabase
{
    private readonly IOperationContext _operation;
    private readonly PostgresServer _server;
    private readonly IPostgresArchiver _archiver;
    private readonly PostgresRollback _rollback;
    private readonly DatabaseAccess _access;
    private readonly ProgramPlaces _programs;

    /// <summary>Names a database; nothing is connected to.</summary>
    /// <param name="access">The database and its log-ins.</param>
    /// <param name="operation">Who is told.</param>
    public PostgresDatabase(DatabaseAccess access, IOperationContext operation)
        : this(access, operation, container => new PgArchiver(container))
    {
    }

    /// <summary>Names a database whose programs are where a test has put them.</summary>
    /// <param name="access">The database and its log-ins.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="archiver">Gives what writes and reads archives, with the programs of the database's container.</param>
    public PostgresDatabase(DatabaseAccess access, IOperationContext operation, Func<ContainerTools, IPostgresArchiver> archiver)
    {
        Target = access.Target;
        _operation = operation;
        _server = new PostgresServer(access);
        _programs = new ProgramPlaces(access, PostgresServer.UsualPort, operation);
        _archiver = archiver(new ContainerTools(_programs, access.Target));
        _rollback = new PostgresRollback(_server, operation);
        _access = access;
    }

    /// <inheritdoc/>
    public DatabaseEngine Engine => DatabaseEngine.Postgres;

    /// <inheritdoc/>
    public DatabaseTarget Target { get; }

    /// <inheritdoc/>
    public Task<DatabaseFacts> InspectAsync(CancellationToken cancellationToken) => new PostgresInspector(_server, _archiver, new ScratchPlaces()).RunAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<DumpResult> DumpAsync(string directory, IReadOnlyList<InvariantSpec> invariants, BackupOptions options, IOperationContext operation, CancellationToken cancellationToken) => new PostgresBackup(_server, _archiver).RunAsync(directory, invariants, options, operation, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TableCount>> CountRowsAsync(CancellationToken cancellationToken) => ReadAsync("could not be counted", connection => PostgresReader.CountAsync(connection, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TableHash>> HashTablesAsync(BackupContent? like, IOperationContext operation, CancellationToken cancellationToken) => new PostgresHasher(_server).RunAsync(like, operation, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TableHash>> HashContentAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken) => ArchiveHasher.RunAsync(content, operation, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<InvariantValue>> ReadInvariantsAsync(IReadOnlyList<InvariantSpec> invariants, CancellationToken cancellationToken) =>
        ReadAsync("could not be read", connection => PostgresReader.InvariantsAsync(connection, invariants, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<IReadOnlyList<string?>>> QueryAsync(string sql, CancellationToken cancellationToken) => ReadAsync("could not answer a query", async connection =>
    {
        await connection.ExecuteAsync("SET LOCAL search_path TO DEFAULT", cancellationToken).ConfigureAwait(false);
        return await connection.QueryAsync(sql, cancellationToken).ConfigureAwait(false);
    }, cancellationToken);

    /// <inheritdoc/>
    public Task ExecuteAsync(string sql, CancellationToken cancellationToken) => PostgresErrors.GuardAsync(_server.Live, "DatabaseWriteFailed", "could not be written to", async () =>
    {
        var connection = await _server.OpenLiveAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            await connection.ExecuteAsync("BEGIN; SET LOCAL lock_timeout = '60s'", cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync(sql, cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync("COMMIT", cancellationToken).ConfigureAwait(false);
            return true;
        }
    });

    /// <inheritdoc/>
    public Task<bool> TableExistsAsync(string name, CancellationToken cancellationToken) => ReadAsync("could not be read", connection => connection.TestAsync("""
        SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND lower($1) IN (lower(c.relname), lower(n.nspname || '.' || c.relname)))
        """, cancellationToken, name), cancellationToken);

    /// <inheritdoc/>
    public Task<IScratchDatabase> RestoreToScratchAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken) =>
        new PostgresProof(_server, Reader(content), new ScratchPlaces(), access => new PostgresDatabase(access, operation)).RunAsync(content, operation, cancellationToken);

    /// <inheritdoc/>
    public async Task<IRehearsalDatabase> RestoreForRehearsalAsync(BackupContent content, string folder, IOperationContext operation, CancellationToken cancellationToken)
    {
        var role = await RehearsalRole.FindAsync(_access, _server, operation, cancellationToken).ConfigureAwait(false);
        return await new PostgresProof(_server, Reader(content), new ScratchPlaces(), access => new PostgresDatabase(access, operation)).RunForRehearsalAsync(content, role, operation, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<RestoreOutcome> RestoreAsync(BackupContent content, string label, IOperationContext operation, CancellationToken cancellationToken) => new PostgresRestorer(_server, _access, Reader(content), _rollback).RunAsync(content, label, operation, cancellationToken);

    /// <inheritdoc/>
    public Task<BackupContent> ReadArchiveAsync(string path, CancellationToken cancellationToken) => ForeignArchive.ReadAsync(path, cancellationToken);

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
            return await PostgresLock.TakeAsync(_server, purpose, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure) when (failure.ErrorId is "PermissionMissing" or "DatabaseNotFound")
        {
            // The lock file beside the artifact still holds others of this machine off.
            _operation.Warning($"The deployment can't be locked on its database server, so another machine would not see this operation: {failure.Message}");
            return NothingToRelease.Instance;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _programs.DisposeAsync();

    // What wrote a backup is told by its format; a format that nobody knows is refused by the reader of the other.
    private IArchiveReader Reader(BackupContent content) => ManagedFiles.Knows(content.Format) ? new ManagedArchive(content.Format) : content.Format == PlainArchive.PlainFormat ? new PlainArchive() : _archiver;

    private Task<T> ReadAsync<T>(string action, Func<PostgresConnection, Task<T>> read, CancellationToken cancellationToken) => PostgresErrors.GuardAsync(_server.Live, "DatabaseQueryFailed", action, async () =>
    {
        var connection = await _server.OpenLiveAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            await PostgresReader.BeginSnapshotAsync(connection, cancellationToken).ConfigureAwait(false);
            return await read(connection).ConfigureAwait(false);
        }
    });
}
