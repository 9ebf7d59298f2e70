using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.H2.Contained;

/// <summary>
/// A database file of H2 in a container's own file system, where it goes with the container. It is backed up and restored while the container is
/// stopped, by the engine's archive API; an upgrade, which replaces the container, is refused.
/// </summary>
internal sealed class H2ContainedDatabase : IAppDatabase
{
    private readonly DatabaseAccess _access;
    private readonly IContainerEngine _engine;
    private readonly H2ContainedFile _file;
    private readonly H2ContainedKeeper _keeper;
    private readonly H2Restorer _restorer;
    private readonly H2Questions _questions;

    /// <summary>Names a database; nothing is connected to yet.</summary>
    /// <param name="access">Where it is: a path inside, and the container.</param>
    /// <param name="open">Opens the container engine; tests put another one in its place.</param>
    public H2ContainedDatabase(DatabaseAccess access, Func<string?, IContainerEngine>? open = null)
    {
        _access = access;
        _engine = (open ?? ContainerEngines.Open)(string.IsNullOrWhiteSpace(access.DockerHost) ? null : access.DockerHost);
        _file = new H2ContainedFile(_engine, access.Target.Container!, access.Target.Path!);
        _keeper = new H2ContainedKeeper(_file);
        _restorer = new H2Restorer(access.Target.Path!, access);
        _questions = new H2Questions(access.Target.Path!, access, async token => await _file.Folder.FindAsync(_file.Name, token).ConfigureAwait(false) is not null, (runtime, token) => H2Look.FromAsync(copy => _file.LookAsync(copy, token), runtime, access.Credential));
    }

    /// <inheritdoc/>
    public DatabaseEngine Engine => DatabaseEngine.H2;

    /// <inheritdoc/>
    public DatabaseTarget Target => _access.Target;

    /// <inheritdoc/>
    public async Task<DatabaseFacts> InspectAsync(CancellationToken cancellationToken)
    {
        var found = await _file.RequireAsync(cancellationToken).ConfigureAwait(false);
        var format = await TellAsync("DatabaseQueryFailed", "could not be opened", () => _file.FormatAsync(cancellationToken)).ConfigureAwait(false);
        var (_, absent) = await H2Runtime.FindAsync(_access, cancellationToken).ConfigureAwait(false);
        return new DatabaseFacts
        {
            Exists = true,
            EngineVersion = format.Tag,
            Size = found.Size,
            CanProve = absent is null,
            ProofPlace = $"a copy in '{Path.GetTempPath()}'",
            Missing = absent is null ? [] : [$"A backup of this H2 file can't be proven here. {absent}"],
        };
    }

    /// <inheritdoc/>
    public async Task<DumpResult> DumpAsync(string directory, IReadOnlyList<InvariantSpec> invariants, BackupOptions options, IOperationContext operation, CancellationToken cancellationToken)
    {
        await _file.RequireStoppedAsync(cancellationToken).ConfigureAwait(false);
        DiskSpace.Require(directory, (await _file.RequireAsync(cancellationToken).ConfigureAwait(false)).Size);
        return await TellAsync("BackupFailed", "could not be copied", () => new H2Dump(Target.Path!, _access, _file.CopyAsync).WriteAsync(directory, invariants, operation, cancellationToken)).ConfigureAwait(false);
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
        return TellAsync("DatabaseWriteFailed", "could not be changed", async () =>
        {
            await new H2Writer(Target.Path!, _access).ExecuteAsync(sql, Path.GetTempPath(), copy => _file.CopyAsync(copy, null, cancellationToken), PublishAsync, cancellationToken).ConfigureAwait(false);
            return true;
        });

        async Task PublishAsync(string copy)
        {
            if (await _keeper.ReplaceAsync(copy, "before-change", cancellationToken).ConfigureAwait(false) is { } kept) await _keeper.DropAsync(kept, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<bool> TableExistsAsync(string name, CancellationToken cancellationToken) => _questions.HasTableAsync(name, cancellationToken);

    /// <inheritdoc/>
    public Task<IScratchDatabase> RestoreToScratchAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken) => _restorer.ToScratchAsync(content, cancellationToken);

    /// <inheritdoc/>
    public Task<IRehearsalDatabase> RestoreForRehearsalAsync(BackupContent content, string folder, IOperationContext operation, CancellationToken cancellationToken) => _restorer.ForRehearsalAsync(content, folder, operation, cancellationToken);

    /// <inheritdoc/>
    public async Task<RestoreOutcome> RestoreAsync(BackupContent content, string label, IOperationContext operation, CancellationToken cancellationToken)
    {
        await _file.RequireStoppedAsync(cancellationToken).ConfigureAwait(false);
        var folder = Path.Combine(Path.GetTempPath(), "um-restore-" + Path.GetRandomFileName());
        DurableFile.CreatePrivateDirectory(folder);
        try
        {
            var (staged, tables) = await _restorer.StageAsync(content, folder, operation, cancellationToken).ConfigureAwait(false);
            var place = H2File.DatabaseName(Target.Path!) + H2File.Format(staged).Extension;
            if (place != Target.Path) throw H2Errors.OtherFile(Target.Path!, place);
            var kept = await TellAsync("RestoreFailed", "could not be replaced", () => _keeper.ReplaceAsync(staged, label, cancellationToken)).ConfigureAwait(false);
            return new RestoreOutcome { Previous = kept ?? H2Rollback.Point("", Target.Path!, label), Tables = tables };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What lies in the container would go with it: nothing is kept there for the way back of an upgrade.</summary>
    /// <param name="label">A label.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<ReturnPoint> CreateRollbackPointAsync(string label, CancellationToken cancellationToken) => throw new UpgradeException(
        "RollbackPointFailed", UpgradeErrorCategory.NotImplemented, Target.Path!, $"The database file '{Target.Path}' lies in the container '{Target.Container}' itself, which an upgrade replaces: nothing can be kept there for the way back.",
        "Move it onto a volume or a folder of the host first: Test-UpgradeReadiness tells how.");

    /// <inheritdoc/>
    public Task<ReturnPoint?> RollbackAsync(ReturnPoint point, CancellationToken cancellationToken) => TellAsync("RollbackFailed", "could not be replaced", () => _keeper.GoBackAsync(point, cancellationToken));

    /// <inheritdoc/>
    public async Task DropAsync(ReturnPoint point, CancellationToken cancellationToken) => await TellAsync("DropFailed", "could not be rid of a copy", async () =>
    {
        await _keeper.DropAsync(point, cancellationToken).ConfigureAwait(false);
        return true;
    }).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ReturnPoint>> ListKeptAsync(CancellationToken cancellationToken) => TellAsync("DatabaseQueryFailed", "could not be listed", () => _keeper.ListAsync(cancellationToken));

    /// <summary>There is no lock in a file that another program would see as ours: the host's lock covers it.</summary>
    /// <param name="purpose">What it is taken for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<IAsyncDisposable> LockAsync(string purpose, CancellationToken cancellationToken) => Task.FromResult<IAsyncDisposable>(NothingToRelease.Instance);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private async Task<T> TellAsync<T>(string errorId, string action, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw failure is IOException && DiskSpace.IsFull(failure)
                ? DiskSpace.Full(Path.GetTempPath(), null, failure)
                : new UpgradeException(errorId, UpgradeErrorCategory.ReadError, Target.Path!, $"The database file '{Target.Path}' in the container '{Target.Container}' {action}: {failure.Message.TrimEnd('.')}.", null, failure);
        }
    }
}
