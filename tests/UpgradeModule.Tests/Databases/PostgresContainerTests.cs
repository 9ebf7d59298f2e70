using System.Globalization;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Programs;
using UpgradeModule.Engine.Databases.Postgres.Scratch;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

/// <summary>Proofs in a container of a real engine. They use the image postgres:(major) where it is on this machine, else one made of this machine's own PostgreSQL, and pull nothing.</summary>
[Collection("Postgres")]
public class PostgresContainerTests(PostgresFixture postgres)
{
    private static readonly IReadOnlyList<string> Folders = new ScratchPlaces().Directories;

    private ScratchPlaces Places { get; set; } = Of(null);

    [SkippableFact]
    public async Task Without_the_right_and_without_server_programs_a_container_proves_the_backup_and_goes_away()
    {
        var cli = await RequireAsync();
        using var folder = new TempFolder();
        var (access, content) = await DumpAsync(folder);
        var operation = new RecordingOperation();
        await using (var scratch = await Proof(access, new PgArchiver(), operation).RunAsync(content, operation, CancellationToken.None))
        {
            Assert.Matches("^a throw-away container of '(docker.io/library/|um-test/)?postgres:[0-9]+' by (docker|podman) [0-9.]+[^,]*$", scratch.Location);
            Assert.Empty(TableComparison.Differences(content.Tables, await scratch.Database.CountRowsAsync(CancellationToken.None)));
            Assert.Equal([["3", "ä"]], await scratch.Database.QueryAsync("SELECT i, t FROM t WHERE i = 3", CancellationToken.None));
            Assert.Equal("127.0.0.1", scratch.Database.Target.Server);
            Assert.Single(await OursAsync(cli));
        }

        Assert.Empty(await OursAsync(cli));
        Assert.DoesNotContain(operation.ProgressSeen, progress => progress.Activity.Contains("Pulling", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Without_pg_restore_the_container_restores_the_backup_by_its_own()
    {
        var cli = await RequireAsync();
        using var folder = new TempFolder();
        var (access, content) = await DumpAsync(folder);
        var operation = new RecordingOperation();
        await using (var scratch = await Proof(access, NoPrograms.Archiver(), operation).RunAsync(content, operation, CancellationToken.None))
        {
            Assert.Contains("throw-away container", scratch.Location, StringComparison.Ordinal);
            Assert.Empty(TableComparison.Differences(content.Tables, await scratch.Database.CountRowsAsync(CancellationToken.None)));
            Assert.Contains(operation.ProgressSeen, progress => progress.Activity == "Restoring a copy" && progress.Status.Contains("2 tables", StringComparison.Ordinal));
        }

        Assert.Empty(await OursAsync(cli));
        var file = folder.File(content.Files[0]);
        var bytes = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, bytes[..(bytes.Length * 2 / 3)]);
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Proof(access, NoPrograms.Archiver(), operation).RunAsync(content, operation, CancellationToken.None));
        Assert.Equal("BackupCorrupt", failure.ErrorId);
        Assert.Empty(await OursAsync(cli));
    }

    [SkippableTheory]
    [InlineData("while it restores")]
    [InlineData("while the server starts")]
    public async Task A_cancelled_proof_leaves_no_container(string moment)
    {
        var cli = await RequireAsync();
        using var folder = new TempFolder();
        var (access, content) = await DumpAsync(folder);
        using var cancel = new CancellationTokenSource();
        var operation = new RecordingOperation { OnProgress = progress => { if (!progress.Completed) cancel.Cancel(); } };
        var proof = Proof(access, new PgArchiver(), operation).RunAsync(content, operation, cancel.Token);
        if (moment == "while the server starts")
        {
            while ((await OursAsync(cli)).Count == 0 && !proof.IsCompleted) await Task.Delay(20);
            await cancel.CancelAsync();
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => proof);
        Assert.Empty(await OursAsync(cli));
    }

    [SkippableFact]
    public async Task The_container_of_a_killed_proof_is_removed_by_the_next()
    {
        var cli = await RequireAsync();
        using var folder = new TempFolder();
        var (access, content) = await DumpAsync(folder);
        var mine = ProcessMark.Make().Split('_');
        var left = $"{mine[0]}_{int.MaxValue}_{mine[2]}_{mine[3]}";
        var (result, _) = await cli.RunAsync(["run", "--detach", "--rm", "--pull=never", "--name", "um-scratch-" + left, "--label", "upgrademodule.mark=" + left, "--entrypoint", "sleep", await ImageAsync(cli), "600"], CancellationToken.None);
        Assert.True(result.Succeeded, result.Complaint);
        try
        {
            var operation = new RecordingOperation();
            await using (await Proof(access, new PgArchiver(), operation).RunAsync(content, operation, CancellationToken.None))
            {
                Assert.DoesNotContain(left, string.Join(' ', await NamesAsync(cli)), StringComparison.Ordinal);
                Assert.Contains(operation.Verboses, line => line.Contains("of a proof that was killed", StringComparison.Ordinal));
            }
        }
        finally
        {
            await cli.RemoveAsync("um-scratch-" + left);
        }
    }

    [SkippableFact]
    public async Task An_image_that_is_nowhere_is_said_with_all_three_places()
    {
        await RequireAsync();
        using var folder = new TempFolder();
        var (access, content) = await DumpAsync(folder);
        var operation = new RecordingOperation();
        var places = Of("127.0.0.1:1/nobody/postgres:{major}");
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Proof(access, new PgArchiver(), operation, places).RunAsync(content, operation, CancellationToken.None));
        Assert.Equal("ScratchUnavailable", failure.ErrorId);
        Assert.Contains($"the role '{access.Target.User}' may not create databases", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no server programs", failure.Message, StringComparison.Ordinal);
        Assert.Contains("can't be pulled", failure.Message, StringComparison.Ordinal);
        Assert.Contains(ScratchPlaces.ImageVariable, failure.Remedy, StringComparison.Ordinal);
        Assert.Contains(operation.Verboses, line => line.Contains("is not on this machine", StringComparison.Ordinal));
    }

    private static ScratchPlaces Of(string? image) => new() { FindLocal = (_, _) => Task.FromResult<PostgresProgram?>(null), Image = image };

    private PostgresProof Proof(DatabaseAccess access, IPostgresArchiver archiver, RecordingOperation operation, ScratchPlaces? places = null) =>
        new(new PostgresServer(access), archiver, places ?? Places, copy => new PostgresDatabase(copy, operation));

    private async Task<ContainerCli> RequireAsync()
    {
        postgres.Require();
        var (cli, missing) = await ContainerCli.FindAsync(Folders, CancellationToken.None);
        Skip.If(cli is null, "No container engine: " + missing);
        Places = Of(await ImageAsync(cli));
        return cli;
    }

    private async Task<string> ImageAsync(ContainerCli cli)
    {
        var major = int.Parse((await postgres.AskAsync("SHOW server_version_num"))!, CultureInfo.InvariantCulture) / 10000;
        var official = string.Create(CultureInfo.InvariantCulture, $"{(cli.Name == "podman" ? "docker.io/library/" : "")}postgres:{major}");
        if (await cli.HasImageAsync(official, CancellationToken.None)) return official;
        Skip.If(cli.Name == "podman", $"The image '{official}' is not on this machine.");
        await using var engine = ContainerEngines.Open(null);
        return await new TestImages(engine).PostgresAsync(major);
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(ContainerCli cli) => (await cli.RunAsync(["ps", "--all", "--format", "{{.Names}}"], CancellationToken.None)).Lines;

    private static async Task<IReadOnlyList<string>> OursAsync(ContainerCli cli) =>
        [.. (await NamesAsync(cli)).Where(name => name.Contains($"um-scratch-{ProcessMark.Make()[..9]}{Environment.ProcessId}_", StringComparison.Ordinal))];

    private async Task<(DatabaseAccess Access, BackupContent Content)> DumpAsync(TempFolder folder)
    {
        var access = await postgres.CreateAsync("");
        await postgres.AdminInAsync(access.Target.Name!, $"CREATE ROLE \"role of {access.Target.Name}\"");
        await PostgresFixture.RunAsync(access, "CREATE TABLE t (i int, t text)", "INSERT INTO t VALUES (1, 'a'), (2, NULL), (3, 'ä')", "CREATE TABLE big AS SELECT i, md5(i::text) AS t FROM generate_series(1, 100000) i", "CREATE INDEX ON big (t)", "ALTER TABLE t ENABLE ROW LEVEL SECURITY", $"CREATE POLICY p ON t TO \"role of {access.Target.Name}\" USING (true)");
        var dump = await postgres.Open(access).DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.PgDump }, new RecordingOperation(), CancellationToken.None);
        return (access, new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables });
    }
}
