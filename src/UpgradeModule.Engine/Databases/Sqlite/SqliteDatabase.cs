using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Sqlite;

/// <summary>A database in one SQLite file.</summary>
internal sealed class SqliteDatabase : IAppDatabase
{
    private readonly string _path;
    private readonly SqliteRestorer _restorer;
    private readonly SqliteRollback _rollback;
    private readonly bool _unchanging;

    /// <summary>Names a database; nothing is opened.</summary>
    /// <param name="target">Where it is.</param>
    /// <param name="unchanging">Whether nobody writes it, as with a scratch copy.</param>
    public SqliteDatabase(DatabaseTarget target, bool unchanging = false)
    {
        if (target.Path is null) throw new UpgradeException("DatabaseSettingsInvalid", UpgradeErrorCategory.InvalidArgument, target, "The SQLite database has no path.", "Give the path of its file.");
        Target = target;
        _unchanging = unchanging;
        // Swaps go by rename: they must meet the file itself, not a link that points to it.
        _path = FileHolders.Resolve(target.Path);
        _restorer = new SqliteRestorer(_path);
        _rollback = new SqliteRollback(_path);
    }

    /// <inheritdoc/>
    public DatabaseEngine Engine => DatabaseEngine.Sqlite;

    /// <inheritdoc/>
    public DatabaseTarget Target { get; }

    /// <inheritdoc/>
    public Task<DatabaseFacts> InspectAsync(CancellationToken cancellationToken) => ReadAsync("DatabaseQueryFailed", "could not be opened", session =>
    {
        session.Number("SELECT count(*) FROM sqlite_schema");
        var directory = Path.GetDirectoryName(_path)!;
        var writable = FolderRights.MayWrite(directory);
        return new DatabaseFacts
        {
            Exists = true,
            EngineVersion = session.Connection.ServerVersion,
            Size = SqliteFile.Size(_path),
            CanCreateDatabase = writable,
            CanProve = true,
            ProofPlace = $"a copy in '{Path.GetTempPath()}'",
            Sessions = FileHolders.Find(_path),
            Missing = writable ? [] : [$"This user may not write in '{directory}', where copies for the way back are kept: run as the user that owns it, or as an administrator."],
            DataDirectory = directory,
        };
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<DumpResult> DumpAsync(string directory, IReadOnlyList<InvariantSpec> invariants, BackupOptions options, IOperationContext operation, CancellationToken cancellationToken)
    {
        if (!File.Exists(_path)) throw SqliteErrors.NotFound(_path);
        DiskSpace.Require(directory, SqliteFile.Size(_path));
        return SqliteWork.RunAsync(_path, "BackupFailed", "could not be copied", () => new SqliteDump(_path).WriteAsync(directory, invariants, options.Compact, operation, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<TableCount>> CountRowsAsync(CancellationToken cancellationToken) => ReadAsync("DatabaseQueryFailed", "could not be counted", SqliteReader.Count, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TableHash>> HashTablesAsync(BackupContent? like, IOperationContext operation, CancellationToken cancellationToken) =>
        ReadAsync("DatabaseQueryFailed", "could not be read", session => SqliteHasher.Run(session, operation, "Reading the database", cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TableHash>> HashContentAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken) => _restorer.HashAsync(content, operation, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<InvariantValue>> ReadInvariantsAsync(IReadOnlyList<InvariantSpec> invariants, CancellationToken cancellationToken) =>
        ReadAsync("DatabaseQueryFailed", "could not be read", session => SqliteReader.Invariants(session, invariants), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<IReadOnlyList<string?>>> QueryAsync(string sql, CancellationToken cancellationToken) =>
        ReadAsync("DatabaseQueryFailed", "could not answer a query", session => session.Query(sql), cancellationToken);

    /// <inheritdoc/>
    public Task ExecuteAsync(string sql, CancellationToken cancellationToken) => SqliteWork.RunAsync(_path, "DatabaseWriteFailed", "could not be written to", () =>
    {
        using var session = SqliteSession.Open(_path, readOnly: false, SqliteSession.DefaultPatience, cancellationToken);
        session.Execute(sql);
        return true;
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TableExistsAsync(string name, CancellationToken cancellationToken) => ReadAsync("DatabaseQueryFailed", "could not be read", session =>
    {
        var plain = name.StartsWith("main.", StringComparison.OrdinalIgnoreCase) ? name["main.".Length..] : name;
        return session.Query("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type <> 'view'").Any(row => string.Equals(row[0], plain, StringComparison.OrdinalIgnoreCase));
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<IScratchDatabase> RestoreToScratchAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken) => _restorer.ToScratchAsync(content, cancellationToken);

    /// <inheritdoc/>
    public Task<IRehearsalDatabase> RestoreForRehearsalAsync(BackupContent content, string folder, IOperationContext operation, CancellationToken cancellationToken) => _restorer.ForRehearsalAsync(content, folder, cancellationToken);

    /// <inheritdoc/>
    public Task<RestoreOutcome> RestoreAsync(BackupContent content, string label, IOperationContext operation, CancellationToken cancellationToken) => _restorer.ToLiveAsync(content, label, cancellationToken);

    /// <inheritdoc/>
    public Task<BackupContent> ReadArchiveAsync(string path, CancellationToken cancellationToken) => SqliteRestorer.ReadArchiveAsync(path, cancellationToken);

    /// <inheritdoc/>
    public Task<ReturnPoint> CreateRollbackPointAsync(string label, CancellationToken cancellationToken) => _rollback.CreateAsync(label, cancellationToken);

    /// <inheritdoc/>
    public Task<ReturnPoint?> RollbackAsync(ReturnPoint point, CancellationToken cancellationToken) => _rollback.GoBackAsync(point, cancellationToken);

    /// <inheritdoc/>
    public Task DropAsync(ReturnPoint point, CancellationToken cancellationToken) => _rollback.DropAsync(point, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ReturnPoint>> ListKeptAsync(CancellationToken cancellationToken) => SqliteWork.RunAsync(_path, "DatabaseQueryFailed", "could not be listed", _rollback.List, cancellationToken);

    /// <summary>There is no lock in a file that another program would see as ours: the host's lock file covers it.</summary>
    /// <param name="purpose">What it is taken for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<IAsyncDisposable> LockAsync(string purpose, CancellationToken cancellationToken) => Task.FromResult<IAsyncDisposable>(NothingToRelease.Instance);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<T> ReadAsync<T>(string errorId, string action, Func<SqliteSession, T> read, CancellationToken cancellationToken) => SqliteWork.RunAsync(_path, errorId, action, () =>
    {
        // Looking must leave no trace, and opening a write-ahead log makes files beside the database.
        using var session = _unchanging || SqliteFile.IsAtRest(_path)
            ? SqliteSession.OpenUnchanging(_path, cancellationToken)
            : SqliteSession.Open(_path, readOnly: true, SqliteSession.DefaultPatience, cancellationToken);
        return read(session);
    }, cancellationToken);
}
