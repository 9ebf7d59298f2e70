using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases.Programs;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Mongo;

/// <summary>
/// A database on a MongoDB server, worked with by MongoDB's own programs: on this machine, or in the container that it runs in. Written by MongoDB's
/// documentation and tested with stand-ins of its programs alone: <see cref="Unproven"/> says so to whoever makes a backup.
/// </summary>
internal sealed class MongoDatabase : IAppDatabase
{
    /// <summary>What a backup's maker is told.</summary>
    public const string Unproven = "This engine has never run against a real MongoDB: take a backup of it for one only after Test-AppBackup has restored it.";

    private readonly DatabaseAccess _access;
    private readonly IOperationContext _operation;
    private readonly MongoServer _server;
    private readonly MongoReader _reader;
    private readonly MongoRollback _rollback;

    /// <summary>Names a database; nothing is connected to.</summary>
    /// <param name="access">The database and its log-ins.</param>
    /// <param name="operation">Who is told.</param>
    public MongoDatabase(DatabaseAccess access, IOperationContext operation)
        : this(access, operation, new ProgramPlaces(access, MongoLogIn.UsualPort, operation))
    {
    }

    /// <summary>Names a database on a server whose programs are where a test has put them.</summary>
    /// <param name="access">The database and its log-ins.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="places">Where the programs are.</param>
    public MongoDatabase(DatabaseAccess access, IOperationContext operation, ProgramPlaces places)
    {
        Target = access.Target;
        _access = access;
        _operation = operation;
        _server = new MongoServer(access, places);
        _reader = new MongoReader(_server);
        _rollback = new MongoRollback(_server, access, operation);
    }

    /// <inheritdoc/>
    public DatabaseEngine Engine => DatabaseEngine.Mongo;

    /// <inheritdoc/>
    public DatabaseTarget Target { get; }

    /// <inheritdoc/>
    public Task<DatabaseFacts> InspectAsync(CancellationToken cancellationToken) => GuardAsync("DatabaseQueryFailed", "could not be inspected", async () =>
    {
        var facts = await _server.AskAsync("facts", [], cancellationToken).ConfigureAwait(false) ?? throw new MongoFailure(0, "the shell told nothing of it");
        // An empty database isn't there: these servers make one with its first document.
        if (facts["collections"]!.GetValue<double>() == 0) throw new UpgradeException("DatabaseNotFound", UpgradeErrorCategory.ObjectNotFound, _server.LogIn.ToString(), $"There is no database '{_server.Name}' on {Target.Server}.", "Check the database's name; where the application has never run yet, start it once.");
        var may = facts["may"]!.GetValue<bool>();
        List<string?> missing = [await MissingAsync("mongodump", cancellationToken).ConfigureAwait(false), await MissingAsync("mongorestore", cancellationToken).ConfigureAwait(false), may ? null : $"Give a log-in that may write to databases beside '{_server.Name}' (-MaintenanceUser, -MaintenanceCredential): the roles backup and restore, or root."];
        return new DatabaseFacts
        {
            Exists = true,
            EngineVersion = (string?)facts["version"],
            Size = (long)facts["size"]!.GetValue<double>(),
            CanCreateDatabase = may,
            CanProve = may,
            ProofPlace = may ? "a database of its own on the same server" : null,
            Missing = [.. missing.OfType<string>()],
        };
    });

    /// <inheritdoc/>
    public Task<DumpResult> DumpAsync(string directory, IReadOnlyList<InvariantSpec> invariants, BackupOptions options, IOperationContext operation, CancellationToken cancellationToken) => GuardAsync("BackupFailed", "could not be backed up", async () =>
    {
        operation.Warning(Unproven);
        var facts = await _server.AskAsync("facts", [], cancellationToken).ConfigureAwait(false);
        var progress = new WorkProgress(operation, "Backing up the database", _server.Name);
        try
        {
            var before = await _reader.InvariantsAsync(invariants, cancellationToken).ConfigureAwait(false);
            progress.Begin(new WorkStage { Size = (long)(facts?["size"]?.GetValue<double>() ?? 0), Exact = false });
            progress.Begin("", (long)(facts?["size"]?.GetValue<double>() ?? 0));
            var result = await new MongoArchive(_server).WriteAsync(directory, progress, cancellationToken).ConfigureAwait(false);
            progress.Done();
            var after = await _reader.InvariantsAsync(invariants, cancellationToken).ConfigureAwait(false);
            var values = before.Zip(after, (first, second) => first.Value == second.Value ? first : new InvariantValue { Name = first.Name, Detail = "It changed during the backup." });
            return result with { EngineVersion = (string?)facts?["version"], Invariants = [.. values] };
        }
        finally
        {
            progress.End();
        }
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<TableCount>> CountRowsAsync(CancellationToken cancellationToken) => GuardAsync("DatabaseQueryFailed", "could not be counted", () => _reader.CountAsync(cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<InvariantValue>> ReadInvariantsAsync(IReadOnlyList<InvariantSpec> invariants, CancellationToken cancellationToken) => GuardAsync("DatabaseQueryFailed", "could not be read", () => _reader.InvariantsAsync(invariants, cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<IReadOnlyList<string?>>> QueryAsync(string sql, CancellationToken cancellationToken) => GuardAsync<IReadOnlyList<IReadOnlyList<string?>>>("DatabaseQueryFailed", "could not answer a command", async () =>
    {
        var answers = await _reader.AskAsync([MongoCommand.Parse(sql)], cancellationToken).ConfigureAwait(false);
        if (answers.Count != 1) throw new MongoFailure(0, "the shell gave no answer");
        return answers[0].Failure is { } failure ? throw failure : [[answers[0].Value]];
    });

    /// <inheritdoc/>
    public Task<bool> TableExistsAsync(string name, CancellationToken cancellationToken) => GuardAsync("DatabaseQueryFailed", "could not be read", async () =>
        (await _reader.CountAsync(cancellationToken).ConfigureAwait(false)).Any(table => table.Table.Equals(name, StringComparison.OrdinalIgnoreCase)));

    /// <inheritdoc/>
    public async Task<IScratchDatabase> RestoreToScratchAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken)
    {
        if (!_server.IsKnown) throw Unavailable(content, "no server is known", null);
        try
        {
            var name = await GuardAsync("BackupCorrupt", "could not be restored for the proof", () => _rollback.CopyOfAsync(content, "Proving the backup", operation, cancellationToken)).ConfigureAwait(false);
            var scratch = new DatabaseAccess { Target = Target with { Name = name }, Credential = _access.Credential, Maintenance = _access.Maintenance, DockerHost = _access.DockerHost };
            return new MongoScratch(Again(scratch), $"the database '{name}' beside '{_server.LogIn}'", () => _rollback.TryDropAsync(name));
        }
        catch (UpgradeException failure) when (failure.ErrorId is "PermissionMissing" or "DatabaseUnreachable" or "DatabaseLoginFailed")
        {
            throw Unavailable(content, failure.Message.TrimEnd('.'), failure);
        }
    }

    /// <inheritdoc/>
    public Task<RestoreOutcome> RestoreAsync(BackupContent content, string label, IOperationContext operation, CancellationToken cancellationToken) => GuardAsync("RestoreFailed", "could not be restored", () => _rollback.RestoreAsync(content, label, operation, cancellationToken));

    /// <inheritdoc/>
    public Task<ReturnPoint> CreateRollbackPointAsync(string label, CancellationToken cancellationToken) => GuardAsync("RollbackPointFailed", "could not be kept", () => _rollback.CreateAsync(label, cancellationToken));

    /// <inheritdoc/>
    public Task<ReturnPoint?> RollbackAsync(ReturnPoint point, CancellationToken cancellationToken) => GuardAsync("RollbackFailed", "could not be gone back to", () => _rollback.GoBackAsync(point, cancellationToken));

    /// <inheritdoc/>
    public Task DropAsync(ReturnPoint point, CancellationToken cancellationToken) => point.Location.Length == 0 ? Task.CompletedTask : GuardAsync("DropFailed", "could not be dropped", async () =>
    {
        MongoMark.Require(point, _server.Name);
        await _rollback.DropAsync(point.Location, cancellationToken).ConfigureAwait(false);
        return true;
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<ReturnPoint>> ListKeptAsync(CancellationToken cancellationToken) => GuardAsync("DatabaseQueryFailed", "could not be listed", () => _rollback.ListAsync(cancellationToken));

    /// <inheritdoc/>
    public async Task<IAsyncDisposable> LockAsync(string purpose, CancellationToken cancellationToken)
    {
        try
        {
            return await GuardAsync("DeploymentLocked", "could not be locked", () => MongoLock.TakeAsync(_server, purpose, _operation, cancellationToken)).ConfigureAwait(false);
        }
        catch (UpgradeException failure) when (failure.ErrorId == "PermissionMissing")
        {
            // The lock file beside the artifact still holds others of this machine off.
            _operation.Warning($"The deployment can't be locked on its database server, so another machine would not see this operation: {failure.Message}");
            return NothingToRelease.Instance;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private MongoDatabase Again(DatabaseAccess access) => new(access, _operation, _server.PlacesFor(access, _operation));

    private async Task<string?> MissingAsync(string tool, CancellationToken cancellationToken)
    {
        try
        {
            await _server.Tools.ToolAsync(tool, _server.LogIn.Credential is not null, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (UpgradeException failure) when (failure.ErrorId == "BackupToolNotFound")
        {
            return failure.Message;
        }
    }

    private UpgradeException Unavailable(BackupContent content, string why, UpgradeException? failure) => new(
        "ScratchUnavailable", UpgradeErrorCategory.ResourceUnavailable, content.Directory, $"There is no place to prove the backup '{content.Directory}': {why}.",
        "Test it with a deployment whose server can be reached, and give a log-in that may write to databases beside its own (-MaintenanceUser, -MaintenanceCredential).", failure);

    private Task<T> GuardAsync<T>(string errorId, string action, Func<Task<T>> work) => MongoFailure.GuardAsync(_server.LogIn, errorId, action, work);
}
