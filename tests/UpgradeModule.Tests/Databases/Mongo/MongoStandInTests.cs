using System.Text.Json.Nodes;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Mongo;
using UpgradeModule.Engine.Databases.Programs;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Databases.Programs;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.Mongo;

/// <summary>What the engine asks of MongoDB's programs, shown with stand-ins of them: no real MongoDB was ever there.</summary>
public sealed class MongoStandInTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken None => CancellationToken.None;

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task A_backup_holds_what_the_tool_wrote_and_is_proven_beside()
    {
        var server = MongoStandIns.In(_folder);
        var operation = new RecordingOperation();
        await using var database = Open(server, operation);
        var facts = await database.InspectAsync(None);
        Assert.Equal(("6.0.14", 1024, true), (facts.EngineVersion, facts.Size, facts.CanProve));
        Assert.Empty(facts.Missing);
        var (content, result) = await BackUpAsync(database, operation);
        Assert.Equal([new TableCount { Table = "fs.files", Rows = 1 }, new TableCount { Table = "none" }, new TableCount { Table = "users", Rows = 2 }], result.Tables);
        Assert.Equal(2, Assert.Single(result.Invariants).Value);
        Assert.Contains(operation.Warnings, warning => warning.Contains("never run against a real MongoDB", StringComparison.Ordinal));
        Assert.Equal("100.9.4", result.Tools["mongodump"]);
        await using (var scratch = await database.RestoreToScratchAsync(content, operation, None))
        {
            Assert.Equal(result.Tables, await scratch.Database.CountRowsAsync(None));
            Assert.Equal(3, server.Get()["databases"]!.AsObject().Count);
        }

        Assert.Equal(["app", "other"], server.Get()["databases"]!.AsObject().Select(pair => pair.Key));
        var bytes = await File.ReadAllBytesAsync(Path.Combine(content.Directory, content.Files[0]));
        await File.WriteAllBytesAsync(Path.Combine(content.Directory, content.Files[0]), [0, 1, 2]);
        Assert.Equal("BackupCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => database.RestoreToScratchAsync(content, operation, None))).ErrorId);
        await File.WriteAllBytesAsync(Path.Combine(content.Directory, content.Files[0]), bytes);
        server.Change(state => state["lose"] = true);
        Assert.Equal("BackupCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => database.RestoreToScratchAsync(content, operation, None))).ErrorId);
        Assert.Equal(["app", "other"], server.Get()["databases"]!.AsObject().Select(pair => pair.Key));
    }

    [SkippableFact]
    public async Task A_secret_goes_by_a_private_file_and_log_ins_are_told_from_other_failures()
    {
        var server = MongoStandIns.In(_folder);
        server.Change(state => (state["password"], state["authSource"]) = ("hush: \"x\" '#/@", "app"));
        await using (var database = Open(server, password: "hush: \"x\" '#/@"))
        {
            var (content, _) = await BackUpAsync(database);
            await using var scratch = await database.RestoreToScratchAsync(content, NullOperationContext.Instance, None);
        }

        Assert.DoesNotContain("hush", server.Calls, StringComparison.Ordinal);
        Assert.Contains("--username=me", server.Calls, StringComparison.Ordinal);
        Assert.Contains("--authenticationDatabase=app", server.Calls, StringComparison.Ordinal);
        await using (var wrong = Open(server, password: "hush wrong"))
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => wrong.InspectAsync(None));
            Assert.Equal("DatabaseLoginFailed", failure.ErrorId);
            Assert.DoesNotContain("hush", failure.ToString(), StringComparison.Ordinal);
        }

        await using var right = Open(server, password: "hush: \"x\" '#/@");
        server.Change(state => state["down"] = true);
        Assert.Equal("DatabaseUnreachable", (await Assert.ThrowsAsync<UpgradeException>(() => right.CountRowsAsync(None))).ErrorId);
        server.Change(state => (state["down"], state["refuse"]) = (null, new JsonArray("insert", "dropDatabase")));
        await using (await right.LockAsync("test", None))
        {
        }

        Assert.Equal("PermissionMissing", (await Assert.ThrowsAsync<UpgradeException>(() => right.CreateRollbackPointAsync("x", None))).ErrorId);
        server.Change(state => (state["refuse"], state["tools"]) = (null, "4.2.8"));
        Assert.Equal("BackupToolNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => BackUpAsync(right))).ErrorId);
    }

    [SkippableFact]
    public async Task A_tool_that_breaks_off_makes_no_backup()
    {
        var server = MongoStandIns.In(_folder);
        await using var database = Open(server);
        server.Change(state => state["fail"] = "mongodump");
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => BackUpAsync(database));
        Assert.Equal("BackupFailed", failure.ErrorId);
        Assert.Contains("it broke", failure.Message, StringComparison.Ordinal);
        server.Change(state => state["databases"]!.AsObject().Remove("app"));
        Assert.Equal("DatabaseNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => database.InspectAsync(None))).ErrorId);
        var none = new DatabaseAccess { Target = new DatabaseTarget { Engine = DatabaseEngine.Mongo, Server = "127.0.0.1", Name = "app" }, DockerHost = "unix:///nowhere" };
        await using var bare = new MongoDatabase(none, NullOperationContext.Instance, new ProgramPlaces(none, MongoLogIn.UsualPort, NullOperationContext.Instance) { Local = new StandInPlace(new Dictionary<string, string>()) });
        var missing = await Assert.ThrowsAsync<UpgradeException>(() => bare.InspectAsync(None));
        Assert.Equal("DatabaseToolNotFound", missing.ErrorId);
        Assert.Contains("-DatabaseContainer", missing.Remedy, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Definitions_ask_by_commands_that_only_read()
    {
        var server = MongoStandIns.In(_folder);
        await using var database = Open(server);
        Assert.Equal([["2"]], await database.QueryAsync("""{"count": "users"}""", None));
        Assert.Equal([["1"]], await database.QueryAsync("""{"count": "users", "query": {"_id": 2}}""", None));
        Assert.Equal([["1"]], await database.QueryAsync("""{"count": "x", "$db": "other"}""", None));
        Assert.Equal([["true"]], await database.QueryAsync("""{"isMaster": 1, "$value": "ismaster"}""", None));
        Assert.Equal([["6.0"]], await database.QueryAsync("""{"getParameter": 1, "featureCompatibilityVersion": 1, "$db": "admin", "$value": "featureCompatibilityVersion.version"}""", None));
        Assert.Equal([["0"]], await database.QueryAsync("""{"aggregate": "nothing", "pipeline": [{"$count": "n"}], "cursor": {}}""", None));
        Assert.True(await database.TableExistsAsync("FS.FILES", None));
        foreach (var wrong in new[] { """{"drop": "users"}""", """{"aggregate": "users", "pipeline": [{"$out": "y"}], "cursor": {}}""", "no json", "[]", """{"ping2": 1}""" })
        {
            Assert.Equal("DatabaseQueryFailed", (await Assert.ThrowsAsync<UpgradeException>(() => database.QueryAsync(wrong, None))).ErrorId);
        }
    }

    [SkippableFact]
    public async Task Data_is_kept_gone_back_to_and_restored_with_what_was_there_kept()
    {
        var server = MongoStandIns.In(_folder);
        await using var database = Open(server);
        var (content, result) = await BackUpAsync(database);
        var point = await database.CreateRollbackPointAsync("run.1", None);
        Assert.Equal(point.Location, (await database.CreateRollbackPointAsync("run.1", None)).Location);
        Assert.Equal("app__um_run-1", point.Location);
        server.Change(state => state["databases"]!["app"]!["users"]!.AsArray().Add(new JsonObject { ["_id"] = 3 }));
        Assert.Equal([point.Location], (await database.ListKeptAsync(None)).Select(kept => kept.Location));
        var replaced = await database.RollbackAsync(point, None);
        Assert.Equal(result.Tables, await database.CountRowsAsync(None));
        Assert.Equal(3, server.Get()["databases"]![replaced!.Location]!["users"]!.AsArray().Count);
        Assert.Equal(replaced.Location, (await database.RollbackAsync(point, None))!.Location);
        server.Change(state => state["databases"]!["app"]!["users"]!.AsArray().Clear());
        var outcome = await database.RestoreAsync(content, "restore", NullOperationContext.Instance, None);
        Assert.Equal(result.Tables, outcome.Tables);
        Assert.Empty(server.Get()["databases"]![outcome.Previous.Location]!["users"]!.AsArray());
        await database.DropAsync(outcome.Previous, None);
        await database.DropAsync(replaced, None);
        await using (await database.LockAsync("one", None))
        {
            Assert.Equal("DeploymentLocked", (await Assert.ThrowsAsync<UpgradeException>(() => database.LockAsync("two", None))).ErrorId);
        }

        await using (await database.LockAsync("two", None))
        {
        }
    }

    private static MongoDatabase Open(MongoStandIns server, IOperationContext? operation = null, string? password = null)
    {
        var access = new DatabaseAccess { Target = new DatabaseTarget { Engine = DatabaseEngine.Mongo, Server = "127.0.0.1", Name = "app", AuthenticationDatabase = "app" }, Credential = password is null ? null : new DatabaseCredential("me", password), DockerHost = "unix:///nowhere" };
        return new MongoDatabase(access, operation ?? NullOperationContext.Instance, new ProgramPlaces(access, MongoLogIn.UsualPort, NullOperationContext.Instance) { Local = new StandInPlace(server.Programs) });
    }

    private async Task<(BackupContent Content, DumpResult Result)> BackUpAsync(MongoDatabase database, IOperationContext? operation = null)
    {
        var directory = _folder.File("backup" + Guid.NewGuid().ToString("N")[..6]);
        Directory.CreateDirectory(directory);
        var result = await database.DumpAsync(directory, [new() { Name = "users", Mongo = """{"count":"users"}""" }, new() { Name = "sql", Sql = "SELECT 1" }], BackupOptions.Default, operation ?? NullOperationContext.Instance, None);
        return (new BackupContent { Directory = directory, Format = result.Format, Files = result.Files, Tables = result.Tables }, result);
    }
}
