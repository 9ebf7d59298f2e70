using System.Diagnostics;
using System.Globalization;
using System.Text;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

/// <summary>Servers that die, are full, forbid something or are of an unknown version: there is an error, the data is as it was, and nothing is left.</summary>
[Collection("Postgres")]
public class PostgresFaultTests(PostgresFixture postgres)
{
    [SkippableTheory]
    [InlineData(BackupEngine.Managed)]
    [InlineData(BackupEngine.PgDump)]
    public async Task A_killed_server_process_which_makes_the_server_start_anew_leaves_all_as_it_was(BackupEngine engine)
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.UserName == "root", "Only root may kill a process of the server's user.");
        await using var own = await OwnAsync();
        var postgres = own.Server;
        using var scene = await PostgresFaultScene.MakeAsync(postgres, 60_000);
        var options = new BackupOptions { Engine = engine };
        Assert.Equal("DatabaseUnreachable", (await Assert.ThrowsAsync<UpgradeException>(() => scene.DumpAsync(options, operation: Killer(1)))).ErrorId);
        await scene.AssertNothingIsLeftAsync();
        var content = await scene.DumpAsync(options);
        foreach (var point in new[] { 1, 3 })
        {
            Assert.Equal("DatabaseUnreachable", (await Assert.ThrowsAsync<UpgradeException>(() => scene.RestoreAsync(content, operation: Killer(point)))).ErrorId);
            await scene.AssertNothingIsLeftAsync(content.Files.Count);
        }

        RecordingOperation Killer(int point)
        {
            var told = 0;
            return new RecordingOperation
            {
                OnProgress = progress =>
                {
                    if (progress.Completed || Interlocked.Increment(ref told) != point) return;
                    var victim = postgres.AskAsync($"SELECT pid FROM pg_stat_activity WHERE usename = '{scene.Name}' ORDER BY datname <> 'postgres' DESC, backend_start DESC LIMIT 1").GetAwaiter().GetResult();
                    Process.GetProcessById(int.Parse(victim!, CultureInfo.InvariantCulture)).Kill();
                    // Ours must see it before it is done.
                    Thread.Sleep(200);
                },
            };
        }
    }

    [SkippableTheory]
    [InlineData(BackupEngine.Managed)]
    [InlineData(BackupEngine.PgDump)]
    public async Task A_server_without_room_says_so_and_keeps_what_it_has(BackupEngine engine)
    {
        using var disk = new SmallDisk(16);
        disk.Require();
        // One of its own: a server that found a disk full may fail at its next checkpoint as well.
        await using var own = await OwnAsync();
        var postgres = own.Server;
        using var scene = await PostgresFaultScene.MakeAsync(postgres);
        var directory = Path.Combine(disk.Path, "space");
        Directory.CreateDirectory(directory);
        using (var chown = Process.Start("chown", ["--reference=" + await postgres.AskAsync("SHOW data_directory"), directory])) await chown.WaitForExitAsync();
        var space = "space_" + scene.Name;
        await postgres.AdminAsync($"CREATE TABLESPACE {space} OWNER {scene.Name} LOCATION '{directory}'");
        var content = await scene.DumpAsync(new BackupOptions { Engine = engine });
        await postgres.AdminAsync($"ALTER DATABASE {scene.Name} SET TABLESPACE {space}");
        await scene.LookAsync();
        Assert.Equal("DiskFull", (await Assert.ThrowsAsync<UpgradeException>(() => scene.RestoreAsync(content))).ErrorId);
        await scene.AssertNothingIsLeftAsync(content.Files.Count);
        // With room again the very same restore goes through.
        await postgres.AdminAsync($"ALTER DATABASE {scene.Name} SET TABLESPACE pg_default");
        await scene.DropKeptAsync(await scene.RestoreAsync(content));
    }

    [SkippableTheory]
    [InlineData(BackupEngine.Managed)]
    [InlineData(BackupEngine.PgDump)]
    public async Task A_role_that_may_not_read_something_is_told_what(BackupEngine engine)
    {
        postgres.Require();
        using var scene = await PostgresFaultScene.MakeAsync(postgres, 100);
        (string Make, string Undo, string Named)[] all =
        [
            ("CREATE TABLE forbidden (i int)", "DROP TABLE forbidden", "forbidden"),
            ("CREATE SCHEMA closed; CREATE TABLE closed.t (i int); GRANT SELECT ON closed.t TO PUBLIC", "DROP SCHEMA closed CASCADE", "closed"),
            ("CREATE SEQUENCE counter", "DROP SEQUENCE counter", "counter"),
            ("SELECT lo_from_bytea(4711, 'x')", "SELECT lo_unlink(4711)", "4711"),
        ];
        foreach (var (make, undo, named) in all)
        {
            await postgres.AdminInAsync(scene.Name, make);
            await scene.LookAsync();
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.DumpAsync(new BackupOptions { Engine = engine }));
            Assert.Equal("PermissionMissing", failure.ErrorId);
            Assert.Contains(named, failure.Message, StringComparison.Ordinal);
            await scene.AssertNothingIsLeftAsync();
            await postgres.AdminInAsync(scene.Name, undo);
        }
    }

    [SkippableFact]
    public async Task A_role_that_may_not_create_databases_is_told_the_right_before_anything_is_done()
    {
        postgres.Require();
        using var scene = await PostgresFaultScene.MakeAsync(postgres, 100);
        var content = await scene.DumpAsync(new BackupOptions { Engine = BackupEngine.Managed });
        await postgres.AdminAsync($"ALTER ROLE {scene.Name} NOCREATEDB");
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.RestoreAsync(content));
        Assert.Equal("PermissionMissing", failure.ErrorId);
        Assert.Contains("CREATEDB", failure.Remedy, StringComparison.Ordinal);
        await scene.AssertNothingIsLeftAsync(files: 2);
    }

    [SkippableTheory]
    [InlineData("11.22", BackupEngine.Managed, "BackupNotCovered")]
    [InlineData("19.10", BackupEngine.Managed, "BackupNotCovered")]
    [InlineData("19.10", null, "BackupNotCovered")]
    [InlineData("99.10", BackupEngine.PgDump, "BackupToolNotFound")]
    public async Task A_server_of_an_unknown_version_is_refused_by_its_version(string version, BackupEngine? engine, string errorId)
    {
        postgres.Require();
        using var scene = await PostgresFaultScene.MakeAsync(postgres, 100);
        using var proxy = await DressedAsync(version);
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.DumpAsync(new BackupOptions { Engine = engine }, scene.By(proxy.Port)));
        Assert.Equal(errorId, failure.ErrorId);
        Assert.Contains(errorId == "BackupToolNotFound" ? "version 99" : $"PostgreSQL {version}", failure.Message, StringComparison.Ordinal);
        Assert.NotEmpty(failure.Remedy!);
        await scene.AssertNothingIsLeftAsync();
    }

    [SkippableFact]
    public async Task A_backup_that_an_older_server_refuses_is_not_called_corrupt()
    {
        postgres.Require();
        using var scene = await PostgresFaultScene.MakeAsync(postgres, 100);
        var content = await scene.DumpAsync(new BackupOptions { Engine = BackupEngine.Managed });
        // To this server it is a statement like those that an older one doesn't know.
        var index = scene.Folder.File("data/database.index.json");
        await File.WriteAllTextAsync(index, (await File.ReadAllTextAsync(index)).Replace("COPY public.big (i, t) FROM stdin", "COPY public.big (i, x) FROM stdin", StringComparison.Ordinal));
        Assert.Equal("BackupCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => scene.RestoreAsync(content))).ErrorId);
        using var proxy = await DressedAsync("13.99");
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.RestoreAsync(content, scene.By(proxy.Port)));
        Assert.Equal("RestoreFailed", failure.ErrorId);
        Assert.Contains("PostgreSQL 13", failure.Message, StringComparison.Ordinal);
        await scene.AssertNothingIsLeftAsync(files: 2);
    }

    private static async Task<OwnServer> OwnAsync()
    {
        var server = new PostgresFixture();
        await server.InitializeAsync();
        server.Require();
        return new OwnServer(server);
    }

    // The server in between says another version of itself.
    private async Task<CuttingProxy> DressedAsync(string version)
    {
        var own = (await postgres.AskAsync("SHOW server_version"))!.Split(' ')[0];
        Skip.IfNot(own.Length == version.Length, $"The server's version {own} has another length than {version}.");
        var told = Encoding.ASCII.GetBytes("server_version\0" + own);
        return new CuttingProxy(postgres.Port)
        {
            OnAnswer = piece =>
            {
                if (piece.Span.IndexOf(told) is var at and >= 0) Encoding.ASCII.GetBytes(version).CopyTo(piece.Span[(at + "server_version".Length + 1)..]);
            },
        };
    }

    private sealed record OwnServer(PostgresFixture Server) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Server.DisposeAsync();
    }
}
