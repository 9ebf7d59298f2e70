using Npgsql;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Programs;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

[Collection("Postgres")]
public class PostgresRestoreTests(PostgresFixture postgres)
{
    [SkippableFact]
    public async Task A_role_without_the_right_has_its_backup_proven_on_a_throw_away_server_that_goes_away()
    {
        postgres.Require();
        var access = await CreateAsync("");
        await postgres.AdminInAsync(access.Target.Name!, $"CREATE ROLE \"role of {access.Target.Name}\"", "ALTER TABLE t ENABLE ROW LEVEL SECURITY", $"CREATE POLICY p ON t TO \"role of {access.Target.Name}\" USING (true)");
        using var folder = new TempFolder();
        var content = await DumpAsync(access, folder);
        string directory;
        await using (var scratch = await postgres.Open(access).RestoreToScratchAsync(content, new RecordingOperation(), CancellationToken.None))
        {
            Assert.Contains("throw-away server", scratch.Location, StringComparison.Ordinal);
            Assert.Empty(TableComparison.Differences(content.Tables, await scratch.Database.CountRowsAsync(CancellationToken.None)));
            directory = scratch.Database.Target.Server!;
            if (!OperatingSystem.IsWindows()) Assert.True(Directory.Exists(directory));
        }

        Assert.False(Directory.Exists(directory));
    }

    [SkippableFact]
    public async Task A_backup_without_its_deployment_is_proven_as_well()
    {
        postgres.Require();
        var access = await CreateAsync();
        using var folder = new TempFolder();
        var content = await DumpAsync(access, folder);
        var nowhere = postgres.Open(new DatabaseAccess { Target = new DatabaseTarget { Engine = DatabaseEngine.Postgres } });
        await using var scratch = await nowhere.RestoreToScratchAsync(content, new RecordingOperation(), CancellationToken.None);
        Assert.Empty(TableComparison.Differences(content.Tables, await scratch.Database.CountRowsAsync(CancellationToken.None)));
    }

    [SkippableFact]
    public async Task A_backup_is_proven_while_its_server_is_gone()
    {
        postgres.Require();
        var access = await CreateAsync();
        using var folder = new TempFolder();
        var content = await DumpAsync(access, folder);
        var gone = postgres.Open(new DatabaseAccess { Target = access.Target with { Port = 1 }, Credential = access.Credential });
        await using var scratch = await gone.RestoreToScratchAsync(content, new RecordingOperation(), CancellationToken.None);
        Assert.Contains("throw-away server", scratch.Location, StringComparison.Ordinal);
        Assert.Equal("DatabaseUnreachable", (await Assert.ThrowsAsync<UpgradeException>(() => gone.RestoreAsync(content, "r", new RecordingOperation(), CancellationToken.None))).ErrorId);
    }

    [SkippableFact]
    public async Task Scratch_databases_go_away_and_those_of_killed_runs_are_dropped_by_the_next_proof()
    {
        postgres.Require();
        var access = await CreateAsync();
        using var folder = new TempFolder();
        var content = await DumpAsync(access, folder);
        string name;
        await using (var scratch = await postgres.Open(access).RestoreToScratchAsync(content, new RecordingOperation(), CancellationToken.None))
        {
            name = scratch.Database.Target.Name!;
            Assert.Equal("1", await CountAsync(name));
        }

        Assert.Equal("0", await CountAsync(name));
        var parts = name.Split('_');
        var stale = string.Join('_', [.. parts[..3], "4194303", parts[4], parts[5]]);
        var foreign = string.Join('_', [.. parts[..2], "00000000", "4194303", parts[4], parts[5]]);
        await PostgresFixture.RunAsync(postgres.Access("postgres", access.Credential!), $"CREATE DATABASE {stale}", $"CREATE DATABASE {foreign}");
        await (await postgres.Open(access).RestoreToScratchAsync(content, new RecordingOperation(), CancellationToken.None)).DisposeAsync();
        Assert.Equal(("0", "1"), (await CountAsync(stale), await CountAsync(foreign)));
        await postgres.AdminAsync($"DROP DATABASE {foreign}");
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restore_replaces_the_data_and_keeps_owner_grants_settings_and_what_was_there(bool maintenance)
    {
        postgres.Require();
        var access = await CreateAsync();
        var name = access.Target.Name!;
        await PostgresWayBackTests.GiveAsync(postgres, access);
        await postgres.AdminInAsync(name, $"GRANT SELECT ON t TO \"reader_of_{name}\"");
        var before = await PostgresWayBackTests.PropertiesAsync(postgres, name);
        using var folder = new TempFolder();
        var content = await DumpAsync(access, folder);
        await PostgresFixture.RunAsync(access, "DELETE FROM t", "CREATE TABLE newer (i int)");
        var operation = new RecordingOperation();
        var database = postgres.Open(maintenance ? postgres.Access(name, access.Credential!, postgres.Superuser) : access);
        var outcome = await database.RestoreAsync(content, "r1", operation, CancellationToken.None);
        Assert.Equal(3, await PostgresWayBackTests.RowsAsync(postgres, access));
        Assert.False(await database.TableExistsAsync("newer", CancellationToken.None));
        if (!maintenance)
        {
            // Settings of other roles and of no known name are a superuser's to give: it is said that they are lost, not what they were.
            Assert.Equal(["app.custom", "default_transaction_read_only of role"], operation.Lines.Select(line => line.Split("the setting ")[1]).Select(line => line.StartsWith("app", StringComparison.Ordinal) ? line[..10] : line[..37]).Order());
            Assert.DoesNotContain(operation.Lines, line => line.Contains("it's", StringComparison.Ordinal));
            await postgres.AdminAsync($"ALTER DATABASE \"{name}\" SET app.custom = 'it''s'", $"ALTER ROLE \"reader_of_{name}\" IN DATABASE \"{name}\" SET default_transaction_read_only = on");
        }

        Assert.Equal(before, await PostgresWayBackTests.PropertiesAsync(postgres, name));
        Assert.Equal("t", await postgres.AskAsync($"SELECT has_table_privilege('reader_of_{name}', 't', 'SELECT') AND (SELECT tableowner = '{name}' FROM pg_tables WHERE tablename = 't')", name));
        if (maintenance) Assert.Empty(operation.Lines);
        Assert.Empty(TableComparison.Differences(content.Tables, outcome.Tables));
        await database.RollbackAsync(outcome.Previous, CancellationToken.None);
        Assert.Equal(0, await PostgresWayBackTests.RowsAsync(postgres, access));
        Assert.True(await database.TableExistsAsync("newer", CancellationToken.None));
    }

    [SkippableFact]
    public async Task A_restore_that_stopped_between_two_renames_is_finished_by_the_next_try()
    {
        postgres.Require();
        var access = await CreateAsync();
        var name = access.Target.Name!;
        await PostgresWayBackTests.GiveAsync(postgres, access);
        var before = await PostgresWayBackTests.PropertiesAsync(postgres, name);
        using var folder = new TempFolder();
        var content = await DumpAsync(access, folder);
        await postgres.AdminAsync($"ALTER DATABASE \"{name}\" RENAME TO {SqlText.Name(PostgresSwap.KeptNameOf(name, "r1"))}");
        await postgres.Open(postgres.Access(name, access.Credential!, postgres.Superuser)).RestoreAsync(content, "r1", new RecordingOperation(), CancellationToken.None);
        Assert.Equal(3, await PostgresWayBackTests.RowsAsync(postgres, access));
        Assert.Equal(before, await PostgresWayBackTests.PropertiesAsync(postgres, name));
    }

    [SkippableTheory]
    [InlineData("cut")]
    [InlineData("overwritten")]
    [InlineData("no archive")]
    [InlineData("other rows")]
    [InlineData("missing")]
    public async Task A_damaged_backup_changes_nothing_and_leaves_nothing(string damage)
    {
        postgres.Require();
        var access = await CreateAsync();
        await PostgresFixture.RunAsync(access, "INSERT INTO t SELECT (random() * 1000000000)::int FROM generate_series(1, 20000)");
        using var folder = new TempFolder();
        var content = await DumpAsync(access, folder);
        var file = Path.Combine(folder.Path, "data", "database.dump");
        var bytes = await File.ReadAllBytesAsync(file);
        if (damage == "cut") await File.WriteAllBytesAsync(file, bytes[..(bytes.Length * 2 / 3)]);
        if (damage == "overwritten") await File.WriteAllBytesAsync(file, [.. bytes[..(bytes.Length / 2)], .. new byte[5000], .. bytes[((bytes.Length / 2) + 5000)..]]);
        if (damage == "no archive") await File.WriteAllTextAsync(file, "hello");
        if (damage == "missing") File.Delete(file);
        if (damage == "other rows") content = content with { Tables = [new TableCount { Table = "public.t", Rows = 1 }] };
        if (damage != "other rows")
        {
            var proof = await Assert.ThrowsAsync<UpgradeException>(() => postgres.Open(access).RestoreToScratchAsync(content, new RecordingOperation(), CancellationToken.None));
            Assert.Equal("BackupCorrupt", proof.ErrorId);
        }

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => postgres.Open(access).RestoreAsync(content, "r", new RecordingOperation(), CancellationToken.None));
        Assert.Equal("BackupCorrupt", failure.ErrorId);
        Assert.Equal(20_003, await PostgresWayBackTests.RowsAsync(postgres, access));
        Assert.Equal("1", await postgres.AskAsync($"SELECT count(*) FROM pg_database WHERE pg_get_userbyid(datdba) = '{access.Target.User}'"));
    }

    [SkippableFact]
    public async Task A_restore_is_refused_while_others_are_connected_or_without_the_right()
    {
        postgres.Require();
        var access = await CreateAsync();
        using var folder = new TempFolder();
        var content = await DumpAsync(access, folder);
        await using (var application = new NpgsqlConnection(PostgresFixture.ConnectionString(access)))
        {
            await application.OpenAsync();
            Assert.Equal("DatabaseInUse", (await Assert.ThrowsAsync<UpgradeException>(() => postgres.Open(access).RestoreAsync(content, "r", new RecordingOperation(), CancellationToken.None))).ErrorId);
        }

        await postgres.AdminAsync($"ALTER ROLE \"{access.Target.User}\" NOCREATEDB");
        Assert.Equal("PermissionMissing", (await Assert.ThrowsAsync<UpgradeException>(() => postgres.Open(access).RestoreAsync(content, "r", new RecordingOperation(), CancellationToken.None))).ErrorId);
    }

    [SkippableFact]
    public async Task A_cancelled_restore_leaves_the_live_data_and_nothing_else()
    {
        postgres.Require();
        var access = await CreateAsync();
        await PostgresFixture.RunAsync(access, "CREATE TABLE big AS SELECT i, md5(i::text) AS t FROM generate_series(1, 300000) i", "CREATE INDEX ON big (t)");
        using var folder = new TempFolder();
        var content = await DumpAsync(access, folder);
        foreach (var live in new[] { true, false })
        {
            using var cancel = new CancellationTokenSource();
            var operation = new RecordingOperation { OnProgress = progress => { if (!progress.Completed) cancel.Cancel(); } };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                if (live) await postgres.Open(access).RestoreAsync(content, "r", operation, cancel.Token);
                else await postgres.Open(access).RestoreToScratchAsync(content, operation, cancel.Token);
            });
        }

        Assert.Equal("1", await postgres.AskAsync($"SELECT count(*) FROM pg_database WHERE pg_get_userbyid(datdba) = '{access.Target.User}'"));
        Assert.Equal(3, await PostgresWayBackTests.RowsAsync(postgres, access));
    }

    [SkippableTheory]
    [InlineData("samples/pagila.sql.gz")]
    [InlineData("samples/northwind.sql.gz")]
    [InlineData("samples/chinook.sql.gz")]
    [InlineData("metabase-appdb-v0.49.5.sql.gz")]
    public async Task Databases_of_real_applications_go_round(string sample)
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        using var folder = new TempFolder();
        await postgres.ScriptAsync(access.Target.Name!, await SharedFacts.UnpackAsync(sample, folder));
        var database = postgres.Open(postgres.Access(access.Target.Name!, postgres.Superuser));
        var dump = await database.DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.PgDump }, new RecordingOperation(), CancellationToken.None);
        Assert.True(dump.Tables.Sum(table => table.Rows) > 100);
        var content = new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables };
        await using (var scratch = await database.RestoreToScratchAsync(content, new RecordingOperation(), CancellationToken.None))
        {
            Assert.Empty(TableComparison.Differences(dump.Tables, await scratch.Database.CountRowsAsync(CancellationToken.None)));
        }

        var before = await TextAsync(access.Target.Name!);
        await database.RestoreAsync(content, "r", new RecordingOperation(), CancellationToken.None);
        Assert.Equal(before, await TextAsync(access.Target.Name!));
    }

    private async Task<string> TextAsync(string database)
    {
        var logIn = new PostgresServer(postgres.Access(database, postgres.Superuser)).Live;
        var dump = await PostgresPrograms.RequireAsync("pg_dump", 12, CancellationToken.None);
        var lines = new List<string>();
        var result = await ProgramRun.ExecuteAsync(dump.Path, [], logIn, null, line =>
        {
            // Random tokens of the program, and rows of one table, which have no order.
            if (!line.StartsWith("\\restrict", StringComparison.Ordinal) && !line.StartsWith("\\unrestrict", StringComparison.Ordinal)) lines.Add(line);
            return true;
        }, CancellationToken.None);
        Assert.True(result.Succeeded, result.Complaint);
        return string.Join('\n', lines);
    }

    private Task<string?> CountAsync(string name) => postgres.AskAsync($"SELECT count(*) FROM pg_database WHERE datname = '{name}'");

    private async Task<DatabaseAccess> CreateAsync(string rights = "CREATEDB")
    {
        var access = await postgres.CreateAsync(rights);
        await PostgresFixture.RunAsync(access, "CREATE TABLE t (i int)", "INSERT INTO t VALUES (1), (2), (3)");
        return access;
    }

    private async Task<BackupContent> DumpAsync(DatabaseAccess access, TempFolder folder)
    {
        var dump = await postgres.Open(access).DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.PgDump }, new RecordingOperation(), CancellationToken.None);
        return new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables };
    }
}
