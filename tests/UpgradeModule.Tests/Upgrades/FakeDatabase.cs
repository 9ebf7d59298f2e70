using System.Globalization;
using NSubstitute;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Tests.Upgrades;

/// <summary>The database of a <see cref="FakeWorld"/>.</summary>
internal sealed class FakeDatabase(FakeWorld world) : IAppDatabase
{
    public DatabaseEngine Engine => DatabaseEngine.Sqlite;

    public DatabaseTarget Target { get; } = new() { Engine = DatabaseEngine.Sqlite, Path = "/data/app.db" };

    public Task<DatabaseFacts> InspectAsync(CancellationToken cancellationToken) => Task.FromResult(new DatabaseFacts { Exists = true });

    public Task<DumpResult> DumpAsync(string directory, IReadOnlyList<InvariantSpec> invariants, BackupOptions options, IOperationContext operation, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<IReadOnlyList<TableCount>> CountRowsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<TableCount>>([new TableCount { Table = "t", Rows = world.Live.Rows.Count }]);

    public Task<IReadOnlyList<InvariantValue>> ReadInvariantsAsync(IReadOnlyList<InvariantSpec> invariants, CancellationToken cancellationToken) =>
        world.CallAsync<IReadOnlyList<InvariantValue>>("Invariants", cancellationToken, () => [.. invariants.Select(invariant => new InvariantValue { Name = invariant.Name, Value = world.Live.Rows.Count })]);

    public Task<IReadOnlyList<IReadOnlyList<string?>>> QueryAsync(string sql, CancellationToken cancellationToken) =>
        world.CallAsync<IReadOnlyList<IReadOnlyList<string?>>>("Query", cancellationToken, () => [[world.Live.Rows.Count(row => row == sql).ToString(CultureInfo.InvariantCulture)]]);

    public Task<bool> TableExistsAsync(string name, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task<IScratchDatabase> RestoreToScratchAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<RestoreOutcome> RestoreAsync(BackupContent content, string label, IOperationContext operation, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<ReturnPoint> CreateRollbackPointAsync(string label, CancellationToken cancellationToken) => world.CallAsync("Point", cancellationToken, () =>
    {
        Assert.Null(world.Running);
        return world.KeptData.ContainsKey("app_" + label) ? new ReturnPoint { Kind = "Database", Location = "app_" + label } : world.KeepData("app_" + label);
    });

    public Task<ReturnPoint?> RollbackAsync(ReturnPoint point, CancellationToken cancellationToken) => world.CallAsync("Rollback", cancellationToken, () =>
    {
        Assert.Null(world.Running);
        if (!world.KeptData.Remove(point.Location, out var data)) return null;
        var replaced = world.KeepData(point.Location + "_replaced");
        world.Live = data;
        return replaced;
    });

    public Task DropAsync(ReturnPoint point, CancellationToken cancellationToken) => world.CallAsync("DropData", cancellationToken, () => world.KeptData.Remove(point.Location));

    public Task<IAsyncDisposable> LockAsync(string purpose, CancellationToken cancellationToken) => world.CallAsync("LockData", cancellationToken, () => Substitute.For<IAsyncDisposable>());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
