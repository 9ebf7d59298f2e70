using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.H2;

/// <summary>
/// A database in one file of H2. H2 lets one process in at a time, so what is asked while the application runs is asked of a copy, and a backup is
/// made while it is stopped.
/// </summary>
internal sealed class H2Database : IAppDatabase
{
    private readonly DatabaseAccess _access;
    private readonly string _path;
    private readonly bool _unchanging;
    private readonly H2Restorer _restorer;
    private readonly H2Rollback _rollback;
    private readonly H2Questions _questions;

    /// <summary>Names a database; nothing is opened.</summary>
    /// <param name="access">Where it is, with its log-in and what can open it.</param>
    /// <param name="path">A scratch copy, which nobody writes, in place of the database itself.</param>
    public H2Database(DatabaseAccess access, string? path = null)
    {
        var given = path ?? access.Target.Path ?? throw new UpgradeException("DatabaseSettingsInvalid", UpgradeErrorCategory.InvalidArgument, access.Target, "The H2 database has no path.", "Give the path of its file.");
        _access = access;
        _unchanging = path is not null;
        _path = H2File.Resolve(given);
        Target = _unchanging ? access.Target with { Path = path } : access.Target;
        _restorer = new H2Restorer(_path, access);
        _rollback = new H2Rollback(_path);
        _questions = new H2Questions(_path, access, _ => Task.FromResult(File.Exists(_path)), LookAsync);
    }

    /// <inheritdoc/>
    public DatabaseEngine Engine => DatabaseEngine.H2;

    /// <inheritdoc/>
    public DatabaseTarget Target { get; }

    /// <inheritdoc/>
    public async Task<DatabaseFacts> InspectAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(_path)) throw H2Errors.NotFound(_path);
        var format = Run("DatabaseQueryFailed", "could not be opened", () => H2File.Format(_path));
        var directory = Path.GetDirectoryName(_path)!;
        var missing = new List<string>();
        if (!FolderRights.MayWrite(directory)) missing.Add($"This user may not write in '{directory}', where copies for the way back are kept: run as the user that owns it, or as an administrator.");
        var (_, absent) = await H2Runtime.FindAsync(_access, cancellationToken).ConfigureAwait(false);
        if (absent is not null) missing.Add($"A backup of this H2 file can't be proven here. {absent}");
        return new DatabaseFacts
        {
            Exists = true,
            EngineVersion = format.Tag,
            Size = H2File.Size(_path),
            CanCreateDatabase = missing.Count == 0,
            CanProve = absent is null,
            ProofPlace = $"a copy in '{Path.GetTempPath()}'",
            Sessions = FileHolders.Find(_path),
            Missing = missing,
            DataDirectory = directory,
        };
    }

    /// <inheritdoc/>
    public async Task<DumpResult> DumpAsync(string directory, IReadOnlyList<InvariantSpec> invariants, BackupOptions options, IOperationContext operation, CancellationToken cancellationToken)
    {
        if (!File.Exists(_path)) throw H2Errors.NotFound(_path);
        DiskSpace.Require(directory, H2File.Size(_path));
        try
        {
            return await new H2Dump(_path, _access, (target, progress, token) => H2Copier.CopyAsync(_path, target, progress, token)).WriteAsync(directory, invariants, operation, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw H2Errors.Failed("BackupFailed", _path, "could not be copied", failure);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<TableCount>> CountRowsAsync(CancellationToken cancellationToken) => _questions.CountAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TableHash>> HashTablesAsync(BackupContent? like, IOperationContext operation, CancellationToken cancellationToken) => _questions.HashAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TableHash>> HashContentAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken) => _restorer.HashAsync(content, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<InvariantValue>> ReadInvariantsAsync(IReadOnlyList<InvariantSpec> invariants, CancellationToken cancellationToken) => _questions.InvariantsAsync(invariants, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<IReadOnlyList<string?>>> QueryAsync(string sql, CancellationToken cancellationToken) => _questions.QueryAsync(sql, cancellationToken);

    /// <inheritdoc/>
    public Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        if (!File.Exists(_path)) throw H2Errors.NotFound(_path);
        return new H2Writer(_path, _access).ExecuteAsync(sql, Path.GetDirectoryName(_path)!, async copy => await H2Copier.CopyAsync(_path, copy, null, cancellationToken).ConfigureAwait(false), Publish, cancellationToken);

        Task Publish(string copy)
        {
            DurableFile.TakeOver(_path, copy);
            H2File.Hold(_path).Dispose();
            DurableFile.Publish(copy, _path);
            return Task.CompletedTask;
        }
    }

    /// <inheritdoc/>
    public Task<bool> TableExistsAsync(string name, CancellationToken cancellationToken) => _questions.HasTableAsync(name, cancellationToken);

    /// <inheritdoc/>
    public Task<IScratchDatabase> RestoreToScratchAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken) => _restorer.ToScratchAsync(content, cancellationToken);

    /// <inheritdoc/>
    public Task<IRehearsalDatabase> RestoreForRehearsalAsync(BackupContent content, string folder, IOperationContext operation, CancellationToken cancellationToken) => _restorer.ForRehearsalAsync(content, folder, operation, cancellationToken);

    /// <inheritdoc/>
    public Task<RestoreOutcome> RestoreAsync(BackupContent content, string label, IOperationContext operation, CancellationToken cancellationToken) => _restorer.ToLiveAsync(content, label, operation, cancellationToken);

    /// <inheritdoc/>
    public Task<ReturnPoint> CreateRollbackPointAsync(string label, CancellationToken cancellationToken) => _rollback.CreateAsync(label, cancellationToken);

    /// <inheritdoc/>
    public Task<ReturnPoint?> RollbackAsync(ReturnPoint point, CancellationToken cancellationToken) => Task.Run(() => _rollback.GoBack(point, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task DropAsync(ReturnPoint point, CancellationToken cancellationToken) => Task.Run(() => _rollback.Drop(point), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ReturnPoint>> ListKeptAsync(CancellationToken cancellationToken) => Task.Run(() => Run("DatabaseQueryFailed", "could not be listed", _rollback.List), cancellationToken);

    /// <summary>There is no lock in a file that another program would see as ours: the host's lock file covers it.</summary>
    /// <param name="purpose">What it is taken for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<IAsyncDisposable> LockAsync(string purpose, CancellationToken cancellationToken) => Task.FromResult<IAsyncDisposable>(NothingToRelease.Instance);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<H2Look> LookAsync(H2Runtime runtime, CancellationToken cancellationToken) =>
        _unchanging ? H2Look.OfAsync(_path, runtime, _access.Credential) : H2Look.CopyAsync(_path, runtime, _access.Credential, cancellationToken);

    private T Run<T>(string errorId, string action, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw H2Errors.Failed(errorId, _path, action, failure);
        }
    }
}
