using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Programs;
using UpgradeModule.Engine.Databases.Postgres.Scratch;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

/// <summary>How the place of a proof is chosen, with a fake client of a container engine.</summary>
[Collection("Postgres")]
public class PostgresPlacesTests(PostgresFixture postgres)
{
    private static readonly PostgresServer Unknown = new(new DatabaseAccess { Target = new DatabaseTarget { Engine = DatabaseEngine.Postgres } });

    [Fact]
    public async Task Where_there_is_no_place_each_of_the_three_is_told_with_its_reason()
    {
        var search = await Places().FindAsync(Unknown, new RoleRights("app", false, false, true, "app"), 15, CancellationToken.None);
        Assert.Null(search.Place);
        Assert.Equal(
            ["the role 'app' may not create databases on the deployment's own server", "this machine has no server programs of PostgreSQL 15 or newer that can be run", "no container engine answers: docker is not on the PATH; podman is not on the PATH"],
            search.Reasons);
        Assert.Matches("CREATEDB.*postgresql-15.*Docker or Podman", search.Remedy);
    }

    [SkippableTheory]
    [InlineData("version) echo 'Cannot connect to the Docker daemon.' >&2; exit 1;;", "says: Cannot connect to the Docker daemon")]
    [InlineData("version) sleep 60;;", "doesn't answer within 3 seconds")]
    public async Task An_engine_that_does_not_answer_is_told_with_what_it_says(string answer, string reason)
    {
        using var docker = new FakeDocker(answer);
        var search = await Places(docker).FindAsync(Unknown, null, 15, CancellationToken.None);
        Assert.Null(search.Place);
        Assert.Contains(reason, search.Reasons[^1], StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Finding_the_place_pulls_nothing_and_says_that_it_would()
    {
        using var docker = new FakeDocker("version) echo 99.1;;\nimage) exit 1;;");
        var search = await Places(docker).FindAsync(Unknown, null, 16, CancellationToken.None);
        Assert.Equal("a throw-away container of 'mirror.example/postgres:16' by docker 99.1, which pulls the image first", search.Place!.Description);
        Assert.Equal(["version --format {{.Server.Version}}", "image inspect --format {{.Id}} mirror.example/postgres:16"], docker.Calls);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_image_is_pulled_only_where_it_is_missing_and_the_password_is_in_no_argument(bool here)
    {
        postgres.Require();
        using var docker = new FakeDocker($$"""
            version) echo 99.1;;
            image) exit {{(here ? 0 : 1)}};;
            run) while [ "$1" != --env-file ]; do shift; done; cp "$2" "$calls/environment"; echo "$2" > "$calls/path"; echo 'Error: no runtime' >&2; exit 125;;
            """);
        var access = await postgres.CreateAsync("");
        await PostgresFixture.RunAsync(access, "CREATE TABLE t (i int)");
        using var folder = new TempFolder();
        var operation = new RecordingOperation();
        var dump = await postgres.Open(access).DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.PgDump }, operation, CancellationToken.None);
        var content = new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables };
        var proof = new PostgresProof(new PostgresServer(access), new PgArchiver(), Places(docker), copy => new PostgresDatabase(copy, operation));
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => proof.RunAsync(content, operation, CancellationToken.None));
        Assert.Equal("ScratchUnavailable", failure.ErrorId);
        Assert.Contains("no runtime", failure.Message, StringComparison.Ordinal);
        Assert.Equal(!here, docker.Calls.Any(call => call.StartsWith("pull --quiet mirror.example/postgres:", StringComparison.Ordinal)));
        Assert.Equal(!here, operation.ProgressSeen.Any(progress => progress.Activity.StartsWith("Pulling", StringComparison.Ordinal)));
        Assert.StartsWith("rm --force --volumes um-scratch-", docker.Calls[^1], StringComparison.Ordinal);
        var environment = await File.ReadAllTextAsync(docker.Kept("environment"));
        Assert.Matches("^POSTGRES_PASSWORD=[0-9A-F]{32}\n$", environment);
        Assert.DoesNotContain(environment.Trim().Split('=')[1], string.Join('\n', docker.Calls) + failure + string.Join('\n', operation.Lines), StringComparison.Ordinal);
        Assert.False(File.Exists((await File.ReadAllTextAsync(docker.Kept("path"))).Trim()));
    }

    [SkippableTheory]
    [InlineData("UTF8")]
    [InlineData("LATIN1")]
    public async Task An_archive_tells_the_same_of_itself_with_and_without_pg_restore(string encoding)
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        var name = access.Target.Name + "_" + encoding.ToLowerInvariant();
        await postgres.AdminAsync($"CREATE DATABASE {name} OWNER {access.Target.User} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        using var folder = new TempFolder();
        var dump = await postgres.Open(postgres.Access(name, access.Credential!)).DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.PgDump }, new RecordingOperation(), CancellationToken.None);
        var file = folder.File(dump.Files[0]);
        var facts = await ArchiveHeader.ReadAsync(file, CancellationToken.None);
        Assert.Equal(encoding, facts.Encoding);
        Assert.Equal(await new PgArchiver().ReadFactsAsync(file, CancellationToken.None), facts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("PGDMP")]
    [InlineData("PGDMP\u0001\u000e\u0000\u0004\u0008\u0001\u0001")]
    public async Task What_is_no_archive_is_a_corrupt_backup(string text)
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("x"), text);
        Assert.Equal("BackupCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => ArchiveHeader.ReadAsync(folder.File("x"), CancellationToken.None))).ErrorId);
    }

    private static ScratchPlaces Places(FakeDocker? docker = null) => new()
    {
        FindLocal = (_, _) => Task.FromResult<PostgresProgram?>(null),
        Directories = docker is null ? [] : [docker.Directory],
        Image = "mirror.example/postgres:{major}",
    };
}
