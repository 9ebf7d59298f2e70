using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Tests.Support;

/// <summary>A database that only has numbers of rows: it dumps them as text and restores them from it.</summary>
internal sealed class FakeDatabase : IAppDatabase
{
    public Dictionary<string, long> Rows { get; } = new() { ["public.users"] = 3, ["public.dashboards"] = 5 };

    public Dictionary<string, IReadOnlyList<IReadOnlyList<string?>>> Answers { get; } = new(StringComparer.Ordinal);

    public List<string> Log { get; init; } = [];

    public long Size { get; set; } = 1000;

    public Func<string, Task>? OnDump { get; set; }

    public Exception? ScratchFailure { get; set; }

    /// <summary>Changes what a restored copy holds.</summary>
    public Action<FakeDatabase>? OnScratch { get; set; }

    public DatabaseEngine Engine { get; init; } = DatabaseEngine.Postgres;

    public DatabaseTarget Target { get; init; } = new() { Engine = DatabaseEngine.Postgres, Server = "db", Name = "app", User = "app", Secret = "env:DB_PASSWORD" };

    public Task<DatabaseFacts> InspectAsync(CancellationToken cancellationToken) => Task.FromResult(new DatabaseFacts { Exists = true, Size = Size, EngineVersion = "15.1" });

    public async Task<DumpResult> DumpAsync(string directory, IReadOnlyList<InvariantSpec> invariants, BackupOptions options, IOperationContext operation, CancellationToken cancellationToken)
    {
        Log.Add("dump");
        cancellationToken.ThrowIfCancellationRequested();
        Directory.CreateDirectory(Path.Combine(directory, "data", "sub"));
        await File.WriteAllLinesAsync(Path.Combine(directory, "data", "rows.txt"), Rows.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={pair.Value}")), cancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(directory, "data", "sub", "blob.bin"), Enumerable.Range(0, 3000).Select(i => (byte)(i * 7)).ToArray(), cancellationToken);
        if (OnDump is not null) await OnDump(directory);
        return new DumpResult
        {
            Format = "fake",
            Files = ["data/sub/blob.bin", "data/rows.txt"],
            EngineVersion = "15.1",
            SnapshotOn = DateTimeOffset.UtcNow,
            Tables = Count(),
            Invariants = Read(invariants),
            Tools = new Dictionary<string, string> { ["fake_dump"] = "1.2" },
        };
    }

    public Task<IReadOnlyList<TableCount>> CountRowsAsync(CancellationToken cancellationToken) => Task.FromResult(Count());

    public bool CanCompare { get; init; } = true;

    public Dictionary<string, string> Hashes { get; } = [];

    public Task<IReadOnlyList<TableHash>> HashTablesAsync(BackupContent? like, IOperationContext operation, CancellationToken cancellationToken) => Task.FromResult(Hash());

    public Task<IReadOnlyList<TableHash>> HashContentAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken) => CanCompare ? Task.FromResult(Hash()) : throw DeepTest.NotSupported(Engine, content.Format);

    public Task<IReadOnlyList<InvariantValue>> ReadInvariantsAsync(IReadOnlyList<InvariantSpec> invariants, CancellationToken cancellationToken) => Task.FromResult(Read(invariants));

    public Task<IReadOnlyList<IReadOnlyList<string?>>> QueryAsync(string sql, CancellationToken cancellationToken)
    {
        Log.Add(sql);
        return Answers.TryGetValue(sql, out var rows)
            ? Task.FromResult(rows)
            : throw new UpgradeException("DatabaseQueryFailed", UpgradeErrorCategory.InvalidData, Target.Name, "no such query: " + sql);
    }

    public Task<bool> TableExistsAsync(string name, CancellationToken cancellationToken) => Task.FromResult(Rows.Keys.Any(table => table.Split('.')[^1].Equals(name, StringComparison.OrdinalIgnoreCase)));

    public async Task<IScratchDatabase> RestoreToScratchAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken)
    {
        if (ScratchFailure is not null) throw ScratchFailure;
        Log.Add("scratch made");
        var copy = new FakeDatabase { Engine = Engine };
        copy.Rows.Clear();
        foreach (var line in await File.ReadAllLinesAsync(Path.Combine(content.Directory, content.Files[1]), cancellationToken)) copy.Rows[line.Split('=')[0]] = long.Parse(line.Split('=')[1], CultureInfo.InvariantCulture);
        OnScratch?.Invoke(copy);
        return new Scratch(copy, Log);
    }

    public Task<RestoreOutcome> RestoreAsync(BackupContent content, string label, IOperationContext operation, CancellationToken cancellationToken)
    {
        Log.Add("restore " + label);
        return Task.FromResult(new RestoreOutcome { Previous = new ReturnPoint { Location = "app_" + label }, Tables = content.Tables });
    }

    public Task<ReturnPoint> CreateRollbackPointAsync(string label, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ReturnPoint?> RollbackAsync(ReturnPoint point, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DropAsync(ReturnPoint point, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IAsyncDisposable> LockAsync(string purpose, CancellationToken cancellationToken)
    {
        Log.Add("database locked");
        return Task.FromResult<IAsyncDisposable>(new Releaser(() => Log.Add("database unlocked")));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private IReadOnlyList<TableCount> Count() => [.. Rows.Select(pair => new TableCount { Table = pair.Key, Rows = pair.Value })];

    private IReadOnlyList<TableHash> Hash() => [.. Rows.Select(pair => new TableHash(pair.Key, pair.Value, Hashes.GetValueOrDefault(pair.Key, "0")))];

    private IReadOnlyList<InvariantValue> Read(IReadOnlyList<InvariantSpec> invariants) =>
        [.. invariants.Select(invariant => Rows.TryGetValue("public." + invariant.Name, out var rows) ? new InvariantValue { Name = invariant.Name, Value = rows } : new InvariantValue { Name = invariant.Name, Detail = "no such table" })];

    private sealed class Scratch(FakeDatabase database, List<string> log) : IScratchDatabase
    {
        public IAppDatabase Database => database;

        public string Location => "scratch server";

        public ValueTask DisposeAsync()
        {
            log.Add("scratch removed");
            return ValueTask.CompletedTask;
        }
    }
}
