using System.Text;
using NSubstitute;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Programs;
using UpgradeModule.Engine.Databases.Programs;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Tests.Databases;

/// <summary>Which pg_dump and pg_restore will do, and what is said where none does.</summary>
public class PostgresToolsTests
{
    private const string Container = "db";

    [Fact]
    public async Task One_of_this_machine_is_taken_before_the_container_is_looked_at()
    {
        var engine = Engine("15.2");
        Assert.Null(await Archiver(engine, "14.1", "16.3").MissingAsync(15, here: false, CancellationToken.None));
        Assert.Empty(engine.ReceivedCalls());
    }

    [Theory]
    [InlineData("15.2")]
    [InlineData("17.0")]
    [InlineData("18beta1")]
    public async Task One_of_the_container_will_do_where_this_machine_has_none_or_only_older_ones(string version)
    {
        Assert.Null(await Archiver(Engine(version)).MissingAsync(15, here: false, CancellationToken.None));
        Assert.Null(await Archiver(Engine(version), "13.1").MissingAsync(15, here: false, CancellationToken.None));
        Assert.NotNull(await Archiver(Engine(version), "13.1").MissingAsync(15, here: true, CancellationToken.None));
        Assert.Null(await Archiver(Engine(version)).ObstacleAsync(new ArchiveFacts(14, 15, "UTF8"), onServer: true, CancellationToken.None));
        Assert.NotNull(await Archiver(Engine(version)).ObstacleAsync(new ArchiveFacts(14, 15, "UTF8"), onServer: false, CancellationToken.None));
    }

    [Fact]
    public async Task One_that_is_too_old_everywhere_is_told_with_all_that_there_is()
    {
        var missing = await Archiver(Engine("14.9"), "13.1").ObstacleAsync(new ArchiveFacts(15, 16, "UTF8"), onServer: true, CancellationToken.None);
        Assert.Equal("BackupToolNotFound", missing!.ErrorId);
        Assert.StartsWith("pg_restore of version 16 or newer is needed, and on this machine there is only 13.1 (/nowhere/pg_restore); the container 'db' has only 14.9. ", missing.Message, StringComparison.Ordinal);
        Assert.Contains("-DatabaseContainer", missing.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_without_programs_or_that_is_gone_is_told()
    {
        Assert.Contains("there is no pg_dump on this machine; nor is there one in a container that the database runs in", await Archiver(Engine(null)).MissingAsync(15, here: false, CancellationToken.None), StringComparison.Ordinal);
        var engine = Substitute.For<IContainerEngine>();
        engine.StreamAsync(default!, default!, default!, default).ReturnsForAnyArgs(Task.FromException<int>(new UpgradeException("ContainerNotRunning", UpgradeErrorCategory.InvalidOperation, Container, "The container 'db' doesn't run.", "Start it.")));
        Assert.Contains("the database's container is of no help: The container 'db' doesn't run.", await Archiver(engine).MissingAsync(15, here: false, CancellationToken.None), StringComparison.Ordinal);
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Archiver(engine).WriteAsync(LogIn, 15, "s", "/nowhere", _ => { }, CancellationToken.None));
        Assert.Equal("BackupToolNotFound", failure.ErrorId);
    }

    [Fact]
    public async Task A_folder_that_the_container_can_t_unpack_is_told()
    {
        using var folder = new Support.TempFolder();
        var engine = Engine("15.2", _ => { }, code: 126);
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Archiver(engine).RestoreAsync(folder.Path, new ArchiveFacts(15, 15, "UTF8"), LogIn, RestoreMode.Full, null, CancellationToken.None));
        Assert.Equal("BackupToolNotFound", failure.ErrorId);
        Assert.Contains("the container 'db' has no tar or no mktemp", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_password_goes_by_a_private_file_and_the_container_s_own_variables_don_t_count()
    {
        ExecRequest? seen = null;
        var engine = Engine("15.2", request => seen = request);
        var file = Path.GetTempFileName();
        try
        {
            var tools = await Archiver(engine).WriteAsync(LogIn, 15, "00000003-1", file, _ => { }, CancellationToken.None);
            Assert.Equal("15.2 in the container 'db'", tools["pg_dump"]);
            Assert.Equal("the archive", await File.ReadAllTextAsync(file));
        }
        finally
        {
            File.Delete(file);
        }

        Assert.DoesNotContain(seen!.Cmd, argument => argument.Contains("hush", StringComparison.Ordinal));
        Assert.Contains("--snapshot=00000003-1", seen.Cmd);
        Assert.DoesNotContain(seen.Cmd, argument => argument.StartsWith("--file", StringComparison.Ordinal));
        var variables = seen.Env!.ToDictionary(line => line.Split('=')[0], line => line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        Assert.Equal(("127.0.0.1", "5433", "an app", "a role", "prefer"), (variables["PGHOST"], variables["PGPORT"], variables["PGDATABASE"], variables["PGUSER"], variables["PGSSLMODE"]));
        Assert.Equal(["", "", "", ""], new[] { "PGPASSWORD", "PGHOSTADDR", "PGOPTIONS", "PGCLIENTENCODING" }.Select(name => variables[name]));
        Assert.Equal("*:*:*:*:hush\\:\n", variables["UM_PRIVATE"]);
        Assert.Equal(variables["UM_FILE"], variables["PGPASSFILE"]);
    }

    private static PostgresLogIn LogIn { get; } = new() { Server = "db.example", Port = 5433, Database = "an app", Credential = new DatabaseCredential("a role", "hush:"), SslMode = "verify-full" };

    private static PgArchiver Archiver(IContainerEngine engine, params string[] here)
    {
        var target = new DatabaseTarget { Engine = DatabaseEngine.Postgres, Server = "db.example", Port = 5433, Name = "an app", Container = Container };
        var places = new ProgramPlaces(new DatabaseAccess { Target = target }, 5432, NullOperationContext.Instance) { Open = _ => engine };
        return new PgArchiver(new ContainerTools(places, target))
        {
            FindHere = (name, _) => Task.FromResult<IReadOnlyList<PostgresProgram>>([.. here.Select(version => new PostgresProgram("/nowhere/" + name, version, PostgresPrograms.MajorOf(version)))]),
        };
    }

    private static IContainerEngine Engine(string? version, Action<ExecRequest>? onDump = null, int code = 0)
    {
        var engine = Substitute.For<IContainerEngine>();
        engine.InspectContainerAsync(default!, default).ReturnsForAnyArgs(new ContainerInspect());
        engine.StreamAsync(default!, default!, default!, default).ReturnsForAnyArgs(async call =>
        {
            var (request, streams) = (call.Arg<ExecRequest>(), call.Arg<ExecStreams>());
            if (version is null) return 127;
            var isVersion = request.Cmd.Contains("--version");
            if (request.Cmd.Contains("--verbose")) onDump?.Invoke(request);
            var text = isVersion ? $"pg_dump (PostgreSQL) {version} (Debian)\n" : "the archive";
            if (streams.Output is not null) await streams.Output(new MemoryStream(Encoding.UTF8.GetBytes(text)), CancellationToken.None);
            return request.Cmd.Contains("--verbose") ? code : 0;
        });
        return engine;
    }
}
