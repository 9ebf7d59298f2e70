using System.Diagnostics;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.MySql;
using UpgradeModule.Engine.Databases.Programs;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Databases.Programs;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.MySql;

/// <summary>A MariaDB in a container, worked with by its own programs there: this machine needs none, and no port is published.</summary>
[Collection("Containers")]
public class MySqlContainerTests(ContainerEngineFixture docker)
{
    // A statement a line, as the server reads such files. The anonymous user of a new server would be taken for ours.
    private const string InitSql = """
        DROP USER IF EXISTS ''@localhost;
        CREATE DATABASE wiki;
        CREATE USER wiki@'%' IDENTIFIED BY 'hush; "x';
        GRANT ALL ON `wiki%`.* TO wiki@'%';
        CREATE TABLE wiki.t (id INT PRIMARY KEY, v TEXT);
        INSERT INTO wiki.t VALUES (1, 'ä'), (2, NULL);
        CREATE TABLE wiki.empty (id INT);
        """;

    [SkippableFact]
    public async Task All_is_done_by_the_programs_of_the_container()
    {
        docker.Require();
        var image = await MariaDbImage.MakeAsync(docker.Images);
        var name = ContainerEngineFixture.Name("mariadb");
        await docker.Engine.CreateContainerAsync(new ContainerCreateRequest { Name = name, Config = new ContainerConfig { Image = image, Env = ["INIT_SQL=" + InitSql] } }, default);
        using var folder = new TempFolder();
        try
        {
            await docker.Engine.StartContainerAsync(name, default);
            var access = new DatabaseAccess { Target = new DatabaseTarget { Engine = DatabaseEngine.MySql, Server = "db.invalid", Name = "wiki", User = "wiki", Container = name }, Credential = new DatabaseCredential("wiki", "hush; \"x"), DockerHost = docker.Address };
            var places = new ProgramPlaces(access, MySqlLogIn.UsualPort, NullOperationContext.Instance) { Local = new StandInPlace(new Dictionary<string, string>()) };
            await using var database = new MySqlDatabase(access, NullOperationContext.Instance, new MySqlServer(access, places));
            var facts = await UpAsync(database);
            Assert.Empty(facts.Missing);
            var directory = folder.File("backup");
            Directory.CreateDirectory(directory);
            var result = await database.DumpAsync(directory, [new() { Name = "rows", Sql = "SELECT COUNT(*) FROM t" }], BackupOptions.Default, NullOperationContext.Instance, default);
            Assert.Equal([new TableCount { Table = "empty" }, new TableCount { Table = "t", Rows = 2 }], result.Tables);
            Assert.Equal(2, result.Invariants[0].Value);
            var content = new BackupContent { Directory = directory, Format = result.Format, Files = result.Files, Tables = result.Tables };
            await using (var scratch = await database.RestoreToScratchAsync(content, NullOperationContext.Instance, default))
            {
                Assert.Equal(result.Tables, await scratch.Database.CountRowsAsync(default));
            }

            var point = await database.CreateRollbackPointAsync("run", default);
            await database.ExecuteAsync("DELETE FROM t WHERE id = 1", default);
            Assert.NotNull(await database.RollbackAsync(point, default));
            Assert.Equal([["1", "ä"], ["2", null]], await database.QueryAsync("SELECT id, v FROM t ORDER BY id", default));
            await database.ExecuteAsync("DELETE FROM t", default);
            Assert.Equal(result.Tables, (await database.RestoreAsync(content, "restore", NullOperationContext.Instance, default)).Tables);
            await using (await database.LockAsync("test", default)) Assert.Equal("DeploymentLocked", (await Assert.ThrowsAsync<UpgradeException>(() => database.LockAsync("test", default))).ErrorId);
            // Nothing private is left in the container.
            Assert.Equal("", (await docker.Engine.ExecuteAsync(name, new ExecRequest { Cmd = ["/bin/sh", "-c", "ls /dev/shm"] }, null, default)).Text);
        }
        finally
        {
            await docker.Engine.RemoveContainerAsync(name, force: true, volumes: true, default);
        }
    }

    private static async Task<DatabaseFacts> UpAsync(MySqlDatabase database)
    {
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(500))
        {
            try
            {
                return await database.InspectAsync(default);
            }
            catch (UpgradeException failure) when (failure.ErrorId is "DatabaseUnreachable" or "DatabaseLoginFailed" or "DatabaseNotFound" && since.Elapsed < TimeSpan.FromSeconds(90))
            {
            }
        }
    }
}
