using Microsoft.Data.Sqlite;
using NSubstitute;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

/// <summary>Copies that are kept beside the live data are known, and only those that nobody needs are removed.</summary>
[Collection("Postgres")]
public class DatabaseCopyTests(PostgresFixture postgres)
{
    private const string RunId = "20260203-040506-abcdef";

    [SkippableFact]
    public async Task Copies_of_a_PostgreSQL_database_are_listed_newest_first_and_strangers_are_not()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        var name = access.Target.Name!;
        await postgres.Open(access).CreateRollbackPointAsync(RunId + "-1", CancellationToken.None);
        foreach (var other in new[] { $"{name}__um_before-restore-20250102030405", $"{name}__um_before-restore-20250102030405-new", $"{name}__um_{RunId}-1-after-2", $"{name}__um_by-hand", $"{name}_too", $"{name}__um_x__um_y" }) await postgres.AdminAsync($"CREATE DATABASE {SqlText.Name(other)} OWNER {name}");
        var copies = await Service(access).ListAsync(Context(name), CancellationToken.None);
        Assert.Equal(
            [
                ($"{name}__um_{RunId}-1", DatabaseCopyOrigin.RollbackPoint, RunId), ($"{name}__um_{RunId}-1-after-2", DatabaseCopyOrigin.Replaced, RunId),
                ($"{name}__um_before-restore-20250102030405", DatabaseCopyOrigin.BeforeRestore, null), ($"{name}__um_before-restore-20250102030405-new", DatabaseCopyOrigin.Unfinished, null), ($"{name}__um_by-hand", DatabaseCopyOrigin.Unknown, null),
            ],
            copies.Select(copy => (copy.KeptAs, copy.Origin, copy.RunId)));
        Assert.InRange(copies[0].Created!.Value, DateTimeOffset.UtcNow.AddMinutes(-2), DateTimeOffset.UtcNow);
        Assert.Equal(new DateTimeOffset(2025, 1, 2, 3, 4, 5, TimeSpan.Zero), copies[2].Created);
        Assert.Null(copies[4].Created);
        Assert.All(copies, copy => Assert.True(copy is { Needed: false, Engine: DatabaseEngine.Postgres, Size: > 1_000_000, Deployment.Name: var deployment } && deployment == name));
        foreach (var copy in copies) await Service(access).RemoveAsync(Context(name), copy.KeptAs, force: false, CancellationToken.None);
        Assert.Empty(await Service(access).ListAsync(Context(name), CancellationToken.None));
        Assert.Equal("3", await postgres.AskAsync($"SELECT count(*) FROM pg_database WHERE pg_get_userbyid(datdba) = '{name}'"));
    }

    [SkippableFact]
    public async Task A_copy_under_a_shortened_name_is_found_by_its_own_deployment_only()
    {
        postgres.Require();
        var access = await postgres.CreateAsync(name: "a_database_with_a_very_long_name_" + Guid.NewGuid().ToString("N")[..20]);
        var name = access.Target.Name!;
        var point = await postgres.Open(access).CreateRollbackPointAsync(RunId + "-1", CancellationToken.None);
        Assert.Equal(point.Location, Assert.Single(await Service(access).ListAsync(Context(name), CancellationToken.None)).KeptAs);
        var other = await postgres.CreateAsync(name: name[..^4] + "othr");
        Assert.Empty(await Service(other).ListAsync(Context(other.Target.Name!), CancellationToken.None));
        await Service(access).RemoveAsync(Context(name), point.Location, force: false, CancellationToken.None);
    }

    [SkippableFact]
    public async Task What_is_no_copy_and_what_is_in_use_stays()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        var (name, other) = (access.Target.Name!, (await postgres.CreateAsync()).Target.Name!);
        var point = await postgres.Open(access).CreateRollbackPointAsync("x", CancellationToken.None);
        var service = Service(access);
        Assert.Equal("RollbackPointInUse", await ErrorAsync(service, name, name));
        Assert.Equal("DatabaseCopyNotFound", await ErrorAsync(service, name, other));
        Assert.Equal("DatabaseCopyNotFound", await ErrorAsync(service, name, "postgres"));
        Assert.Equal("DatabaseCopyNotFound", await ErrorAsync(service, name, $"{other}__um_x"));
        await using (var connection = new Npgsql.NpgsqlConnection(PostgresFixture.ConnectionString(postgres.Access(point.Location, access.Credential!))))
        {
            await connection.OpenAsync();
            Assert.Equal("DatabaseInUse", await ErrorAsync(service, name, point.Location));
        }

        await service.RemoveAsync(Context(name), point.Location, force: false, CancellationToken.None);
        Assert.Equal("DatabaseCopyNotFound", await ErrorAsync(service, name, point.Location));
    }

    [Theory]
    [InlineData(null, false, "DatabaseCopyNeeded")]
    [InlineData(UpgradeOutcome.Interrupted, true, "DatabaseCopyNeeded")]
    [InlineData(UpgradeOutcome.Paused, true, "DatabaseCopyNeeded")]
    [InlineData(UpgradeOutcome.Succeeded, true, "DatabaseCopyNeeded")]
    [InlineData(UpgradeOutcome.Failed, false, "DatabaseCopyNeeded")]
    [InlineData(UpgradeOutcome.Failed, true, null)]
    public async Task A_copy_that_a_run_may_need_stays_until_the_run_is_completed(UpgradeOutcome? outcome, bool force, string? errorId)
    {
        using var folder = new TempFolder();
        var file = Make(folder);
        var access = new DatabaseAccess { Target = new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = file } };
        var database = new AppDatabases().Open(access, NullOperationContext.Instance);
        var point = await database.CreateRollbackPointAsync(RunId + "-1", CancellationToken.None);
        var run = new UpgradeRun { RunId = RunId, Outcome = outcome, Kept = [new KeptItem { Kind = point.Kind, Location = point.Location }] };
        Assert.True(Assert.Single(await Service(access, run).ListAsync(Context("notes"), CancellationToken.None)) is { Needed: true, RunId: RunId, Origin: DatabaseCopyOrigin.RollbackPoint });
        if (errorId is not null)
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => Service(access, run).RemoveAsync(Context("notes"), point.Location, force, CancellationToken.None));
            Assert.Equal(errorId, failure.ErrorId);
            Assert.Contains(RunId, failure.Message, StringComparison.Ordinal);
            Assert.True(File.Exists(point.Location));
            run = run with { Completed = true };
        }

        await Service(access, run).RemoveAsync(Context("notes"), point.Location, force, CancellationToken.None);
        Assert.False(File.Exists(point.Location));
    }

    [Fact]
    public async Task Copies_of_a_SQLite_file_are_listed_and_removed_with_what_belongs_to_them()
    {
        using var folder = new TempFolder();
        var file = Make(folder);
        var access = new DatabaseAccess { Target = new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = file } };
        string[] kept = [$"{file}.um-{RunId}-2-after", $"{file}.um-{RunId}-undo", $"{file}.um-{RunId}-undo-2", $"{file}.um-before-restore-20250102030405", $"{file}.um-restore-before-restore-20250102030405"];
        foreach (var one in kept) File.Copy(file, one);
        foreach (var stranger in new[] { kept[0] + "-wal", file + "-wal", file + ".bak", folder.File("other.db.um-x"), $"{file}.um-x.partial" }) await File.WriteAllTextAsync(stranger, "");
        var copies = await Service(access).ListAsync(Context("notes"), CancellationToken.None);
        Assert.Equal(
            [(kept[0], DatabaseCopyOrigin.Replaced), (kept[1], DatabaseCopyOrigin.Replaced), (kept[2], DatabaseCopyOrigin.Replaced), (kept[3], DatabaseCopyOrigin.BeforeRestore), (kept[4], DatabaseCopyOrigin.Unfinished)],
            copies.Select(copy => (copy.KeptAs, copy.Origin)).Order());

        // The run that kept them is known to nobody any more.
        Assert.All(copies.Where(copy => copy.Origin == DatabaseCopyOrigin.Replaced), copy => Assert.True(copy is { RunId: RunId, Needed: false }));
        Assert.Equal("RollbackPointInUse", await ErrorAsync(Service(access), "notes", file));
        Assert.Equal("DatabaseCopyNotFound", await ErrorAsync(Service(access), "notes", file + ".bak"));
        foreach (var copy in copies) await Service(access).RemoveAsync(Context("notes"), copy.KeptAs, force: false, CancellationToken.None);
        Assert.Equal(["notes.db", "notes.db-wal", "notes.db.bak", "notes.db.um-x.partial", "other.db.um-x"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static string Make(TempFolder folder)
    {
        var file = folder.File("notes.db");
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE notes (id INTEGER PRIMARY KEY)";
        command.ExecuteNonQuery();
        return file;
    }

    private static DeploymentContext Context(string name) => new() { Deployment = new AppDeployment { Name = name, App = "app" }, Spec = new(), Operation = NullOperationContext.Instance };

    private static async Task<string> ErrorAsync(DatabaseCopyService service, string name, string copy) =>
        (await Assert.ThrowsAsync<UpgradeException>(() => service.RemoveAsync(Context(name), copy, force: true, CancellationToken.None))).ErrorId;

    private static DatabaseCopyService Service(DatabaseAccess access, params UpgradeRun[] runs)
    {
        var host = Substitute.For<IAppHost>();
        host.LockAsync(default!, default!, default).ReturnsForAnyArgs(Substitute.For<IAsyncDisposable>());
        var upgrades = Substitute.For<IUpgradeService>();
        upgrades.ListAsync(default, default).ReturnsForAnyArgs(runs);
        return new DatabaseCopyService(_ => host, (_, _) => Task.FromResult(new AppDatabases().Open(access, NullOperationContext.Instance)), upgrades);
    }
}
