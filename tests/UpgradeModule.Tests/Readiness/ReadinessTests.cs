using System.Net;
using System.Net.Sockets;
using NSubstitute;
using NSubstitute.ExceptionExtensions;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Readiness;

namespace UpgradeModule.Tests.Readiness;

public sealed class ReadinessTests : IDisposable
{
    private readonly ReadinessScene _scene = new();

    [Fact]
    public async Task A_deployment_without_faults_is_ready_and_nothing_is_left_behind()
    {
        var before = Directory.GetFileSystemEntries(_scene.Folder, "*", SearchOption.AllDirectories);

        var result = await _scene.CheckAsync();

        Assert.Empty(result.Blockers);
        Assert.Empty(result.Warnings);
        Assert.True(result.Ready);
        Assert.Equal(result.Checks.Distinct().Count(), result.Checks.Count);
        Assert.Equal(before, Directory.GetFileSystemEntries(_scene.Folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_check_that_fails_itself_is_a_blocker_and_the_others_are_made()
    {
        var broken = new Check("Broken", () => throw new InvalidOperationException("It fell over."));
        var other = new Check("Other", () => [Finding.Warning("A remark.", "Nothing.")]);

        var result = await _scene.Make(broken, other).CheckAsync(new DeploymentContext { Deployment = _scene.Deployment, Spec = _scene.Spec }, new ReadinessRequest { Path = _scene.Path }, default);

        var blocker = Assert.Single(result.Blockers);
        Assert.Equal("CheckFailed", blocker.Check);
        Assert.Contains("Broken", blocker.Message);
        Assert.Contains("It fell over.", blocker.Message);
        Assert.Equal("Other", Assert.Single(result.Warnings).Check);
    }

    [Fact]
    public async Task A_path_that_cannot_be_worked_out_is_a_blocker()
    {
        _scene.Path = null;
        _scene.Planner.Plan(default!, default!).ThrowsForAnyArgs(new UpgradeException("PathNotFound", UpgradeErrorCategory.ObjectNotFound, "x", "No release is left to stop at."));

        Blocked(await _scene.CheckAsync(), "PathExists", "No release is left");
    }

    [Fact]
    public async Task An_older_target_is_refused_with_the_two_ways_back()
    {
        _scene.Path = ReadinessScene.PathTo("0.9.0");

        var blocker = Blocked(await _scene.CheckAsync(), "PathExists", "older");

        Assert.Contains("restore a backup", blocker.Remedy);
        Assert.Contains("migrate the database down", blocker.Remedy);
    }

    [Theory]
    [InlineData("withdrawn", true)]
    [InlineData("neverPublished", true)]
    [InlineData("tagOnly", true)]
    [InlineData("notRecommended", false)]
    public async Task A_stop_that_should_not_be_installed_is_told(string status, bool blocks)
    {
        _scene.Spec = _scene.Spec with { Releases = [new ReleaseSpec { Version = "1.1.0", Status = status, Notes = "It eats data." }] };

        Found(await _scene.CheckAsync(), "ReleaseWithdrawn", blocks, "It eats data.");
    }

    [Fact]
    public async Task Running_a_withdrawn_release_is_a_warning()
    {
        _scene.Spec = _scene.Spec with { Releases = [new ReleaseSpec { Version = "1.0.0", Status = "withdrawn" }] };

        Found(await _scene.CheckAsync(), "ReleaseWithdrawn", blocks: false, "1.0.0, which runs now");
    }

    [Fact]
    public async Task A_target_out_of_support_is_a_warning()
    {
        _scene.Spec = _scene.Spec with { Support = [new SupportSpec { Major = 1, EndOfLife = new DateOnly(2020, 1, 2) }] };

        Found(await _scene.CheckAsync(), "EndOfLife", blocks: false, "2020-01-02");
    }

    [Fact]
    public async Task Steps_ahead_are_listed()
    {
        _scene.Path = _scene.Path! with { Stops = [_scene.Path.Stops[0] with { StepsBefore = [new UpgradeStep { Id = "export", Title = "Export it" }] }] };

        Found(await _scene.CheckAsync(), "ManualSteps", blocks: false, "'export' before 1.1.0 (Export it)");
        _scene.Request = _scene.Request with { ConfirmedSteps = ["Export"] };
        Assert.DoesNotContain((await _scene.CheckAsync()).Warnings, warning => warning.Check == "ManualSteps");
    }

    [Theory]
    [InlineData(AppServiceStatus.Stopped, AppHealth.Unknown, false, "doesn't run")]
    [InlineData(AppServiceStatus.Crashed, AppHealth.Unknown, true, "ended by itself")]
    [InlineData(AppServiceStatus.Stopping, AppHealth.Unknown, true, "is stopping")]
    [InlineData(AppServiceStatus.Running, AppHealth.Unknown, false, "not known")]
    [InlineData(AppServiceStatus.Running, AppHealth.Migrating, true, "is migrating")]
    [InlineData(AppServiceStatus.Running, AppHealth.Unreachable, true, "nothing answers")]
    [InlineData(AppServiceStatus.Running, AppHealth.Unhealthy, true, "not healthy")]
    public async Task A_service_that_is_not_healthy_now_is_told(AppServiceStatus status, AppHealth health, bool blocks, string text)
    {
        _scene.Service = new AppService { Status = status };
        _scene.Health = new HealthReport { Health = health };

        Found(await _scene.CheckAsync(), "ServiceHealthy", blocks, text);
    }

    [Fact]
    public async Task A_definition_by_which_a_200_could_lie_is_a_warning()
    {
        _scene.Spec = _scene.Spec with { Migrations = null };
        Found(await _scene.CheckAsync(), "HealthProbe", blocks: false, "neither a deep probe nor a list of migrations");
        _scene.Spec = _scene.Spec with { Health = new HealthSpec { Deep = [new HttpProbeSpec { Path = "/api/things" }] } };
        Assert.Empty((await _scene.CheckAsync()).Warnings);
    }

    [Fact]
    public async Task The_definitions_that_ship_and_the_samples_tell_more_than_that_they_answer()
    {
        var usual = _scene.Spec;
        foreach (var file in Directory.GetFiles(Apps.Definitions.Shipped, "*.json").Concat(Directory.GetFiles(Path.Combine(Apps.Definitions.Root, "samples", "apps"), "*.json")).Where(file => !file.EndsWith("schema.json", StringComparison.Ordinal)))
        {
            var spec = Apps.Definitions.Load(file);
            _scene.Spec = usual with { Health = spec.Health, Migrations = spec.Migrations is { Kind: "liquibase" or "table" } ? usual.Migrations : null };
            Assert.DoesNotContain((await _scene.CheckAsync()).Warnings, warning => warning.Check == "HealthProbe");
        }
    }

    [Fact]
    public async Task Versions_that_disagree_are_named_each()
    {
        _scene.Seen = deployment => deployment with
        {
            VersionsAgree = false,
            Versions = [new VersionSighting { Source = "App", Version = ReadinessScene.V("1.0.0") }, new VersionSighting { Source = "Artifact", Version = ReadinessScene.V("1.1.0") }],
        };

        Blocked(await _scene.CheckAsync(), "VersionsAgree", "App: 1.0.0; Artifact: 1.1.0");
    }

    [Fact]
    public async Task A_path_from_another_version_than_the_one_seen_is_a_blocker()
    {
        _scene.Seen = deployment => deployment with { Version = ReadinessScene.V("0.9.0") };

        Blocked(await _scene.CheckAsync(), "VersionsAgree", "0.9.0");
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_is_one_blocker_not_many()
    {
        _scene.Facts = null;

        Blocked(await _scene.CheckAsync(), "DatabaseReachable", "does not answer. Start it.");
    }

    [Fact]
    public async Task A_database_that_should_be_known_and_is_not_is_a_blocker()
    {
        _scene.Deployment = _scene.Deployment with { Database = null };

        Blocked(await _scene.CheckAsync(), "DatabaseReachable", "not known");
    }

    [Theory]
    [InlineData("The role app may not create databases.", "DatabaseRights")]
    [InlineData("pg_dump 15 or newer is not installed.", "BackupTool")]
    public async Task A_missing_right_and_a_missing_program_are_told_by_their_checks(string missing, string check)
    {
        _scene.Facts = _scene.Facts! with { Missing = [missing] };

        Blocked(await _scene.CheckAsync(), check, missing);
    }

    [Fact]
    public async Task A_backup_that_could_not_be_proven_anywhere_is_a_blocker()
    {
        _scene.Facts = _scene.Facts! with { CanProve = false };

        Blocked(await _scene.CheckAsync(), "DatabaseRights", "proven");
    }

    [Fact]
    public async Task A_second_node_on_the_database_is_a_blocker()
    {
        _scene.Facts = _scene.Facts! with { Sessions = ["process 7 of role app (pool) from 10.0.0.1", "process 8 of role app (pool) from 10.0.0.1", "process 9 of role app (pool) from 10.0.0.2"] };

        var blocker = Blocked(await _scene.CheckAsync(), "DatabaseSessions", "process 9");

        Assert.DoesNotContain("process 7", blocker.Message);
        Assert.Contains("one node", blocker.Remedy);
    }

    [Theory]
    [InlineData("process 9 of role app (psql) from 10.0.0.2")]
    [InlineData("process 9 of role ann (pool) from 10.0.0.2")]
    public async Task A_person_on_the_database_is_a_warning(string other)
    {
        _scene.Facts = _scene.Facts! with { Sessions = ["process 7 of role app (pool) from 127.0.0.1", "process 8 of role app (pool) from ::1", other] };

        var warning = Found(await _scene.CheckAsync(), "DatabaseSessions", blocks: false, "process 9");

        Assert.DoesNotContain("process 8", warning.Message);
    }

    [Fact]
    public async Task The_application_itself_may_hold_its_database_file()
    {
        _scene.Deployment = _scene.Deployment with { Database = new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = Path.Combine(_scene.Folder, "app.db") } };
        _scene.Facts = _scene.Facts! with { Sessions = ["process 42 (app)", "process 423 (sqlite3)"], EngineVersion = "3.46" };

        var warning = Found(await _scene.CheckAsync(), "DatabaseSessions", blocks: false, "process 423");

        Assert.DoesNotContain("process 42 ", warning.Message);
    }

    [Theory]
    [InlineData(AppServiceStatus.Running, AppHealth.Migrating, "a migration may be running")]
    [InlineData(AppServiceStatus.Running, AppHealth.Healthy, "left by a migration that died, or another node migrates")]
    [InlineData(AppServiceStatus.Crashed, AppHealth.Unknown, "a migration that died left it")]
    public async Task A_held_migration_lock_is_a_blocker_that_tells_who_since_when_and_what_to_do(AppServiceStatus status, AppHealth health, string text)
    {
        _scene.Service = new AppService { Status = status };
        _scene.Health = new HealthReport { Health = health };
        _scene.Migration = new MigrationState { Locked = true, LockedBy = "node-2", LockedSince = DateTimeOffset.UtcNow.AddHours(-5) };
        _scene.Spec = _scene.Spec with { Migrations = new MigrationSpec { Kind = "liquibase", LockTable = "lock", LockRemedy = "Ask the app to let go." } };

        var blocker = Blocked(await _scene.CheckAsync(), "MigrationLock", text, one: false);

        Assert.Contains("node-2", blocker.Message);
        Assert.Contains("5 hours ago", blocker.Message);
        Assert.Contains("Ask the app to let go.", blocker.Remedy);
    }

    [Fact]
    public async Task A_database_that_is_not_as_the_installed_version_needs_it_is_told()
    {
        _scene.Spec = _scene.Spec with { Migrations = new MigrationSpec { Kind = "liquibase", MajorPattern = @"^v(?<major>\d+)\.", Required = [new RequiredMigrationSpec { From = "0", Name = "v1.last" }] } };
        _scene.Ran = [new MigrationEntry { Name = "v1.first" }, new MigrationEntry { Name = "v1.last" }];
        Assert.DoesNotContain((await _scene.CheckAsync()).Blockers, blocker => blocker.Check == "MigrationsComplete");

        _scene.Ran = [new MigrationEntry { Name = "v1.first", Result = "FAILED" }, new MigrationEntry { Name = "v1.last" }];
        Assert.Contains("Get-AppMigration", Blocked(await _scene.CheckAsync(), "MigrationsComplete", "v1.first is recorded as failed", one: false).Remedy, StringComparison.Ordinal);

        _scene.Ran = [new MigrationEntry { Name = "v1.first" }];
        Assert.Contains("Restart", Blocked(await _scene.CheckAsync(), "MigrationsComplete", "the migration v1.last that it needs has not run", one: false).Remedy, StringComparison.Ordinal);

        _scene.Ran = [new MigrationEntry { Name = "v1.last" }, new MigrationEntry { Name = "v9.left" }];
        Found(await _scene.CheckAsync(), "MigrationsComplete", blocks: false, "v9.left is recorded");
    }

    [Theory]
    [InlineData(AppServiceStatus.Running, true)]
    [InlineData(AppServiceStatus.Stopped, false)]
    public async Task A_database_in_which_no_migration_is_recorded_is_told(AppServiceStatus status, bool blocks)
    {
        _scene.Ran = [];
        _scene.Service = new AppService { Status = status };

        var result = await _scene.CheckAsync();

        Assert.Contains("no migration is recorded", Assert.Single(blocks ? result.Blockers : result.Warnings, found => found.Check == "MigrationsComplete").Message);
        _scene.Spec = _scene.Spec with { Migrations = _scene.Spec.Migrations! with { Kind = "table", Table = "m" } };
        result = await _scene.CheckAsync();
        Assert.DoesNotContain(result.Blockers.Concat(result.Warnings), found => found.Check == "MigrationsComplete");
    }

    [Fact]
    public async Task What_the_addresses_say_of_their_files_is_what_the_disk_needs()
    {
        _scene.Facts = null;
        _scene.Deployment = _scene.Deployment with { Database = null };
        _scene.Spec = _scene.Spec with { Settings = _scene.Spec.Settings with { Database = null } };
        _scene.Length = 400L << 20;
        _scene.Free = _ => 800L << 20;

        var blocker = Blocked(await _scene.CheckAsync(), "DiskSpace", "400 MB for fetching the artifacts of the stops in");
        Assert.Contains("400 MB for the artifacts that are kept", blocker.Message);

        _scene.Free = _ => 900L << 20;
        Assert.True((await _scene.CheckAsync()).Ready);
    }

    [Fact]
    public async Task Images_need_room_where_the_engine_keeps_them()
    {
        _scene.Facts = null;
        _scene.Deployment = _scene.Deployment with { Database = null, HostKind = AppHostKind.Docker, Settings = new AppHostSettings { Container = "app" } };
        _scene.Spec = _scene.Spec with { Settings = _scene.Spec.Settings with { Database = null } };
        _scene.Host.CheckSourceAsync(default!, default!, default).ReturnsForAnyArgs(_ => SourceCheck.Available("app:2", 700L << 20) with { Folder = _scene.Folder });
        _scene.Free = _ => 760L << 20;

        Blocked(await _scene.CheckAsync(), "DiskSpace", "700 MB for the images of 1 stop(s)");

        _scene.Free = _ => 770L << 20;
        Assert.DoesNotContain((await _scene.CheckAsync()).Blockers, blocker => blocker.Check == "DiskSpace");
    }

    [Fact]
    public async Task A_server_that_tells_no_size_is_taken_to_have_files_like_the_installed_one()
    {
        _scene.Free = _ => 1;

        var blocker = Blocked(await _scene.CheckAsync(), "DiskSpace", "1 of them taken to be as large as the one that is installed");

        Assert.Contains("64 MB for the rest", blocker.Message);
    }

    [Fact]
    public async Task Needs_on_the_same_disk_are_added_up()
    {
        const long Size = 1L << 30;
        _scene.Facts = _scene.Facts! with { Size = Size, DataDirectory = _scene.Folder };
        _scene.Free = _ => (3 * Size) + (32 << 20);

        var blocker = Blocked(await _scene.CheckAsync(), "DiskSpace", "1,024 MB for the backup, which");
        Assert.Contains("1,024 MB for the backup's proof", blocker.Message);
        Assert.Contains("1,024 MB for a copy of the database of 1,024 MB for each of 1 stop(s)", blocker.Message);

        _scene.Free = _ => 4 * Size;
        Assert.True((await _scene.CheckAsync()).Ready);
    }

    [Fact]
    public async Task A_given_artifact_of_another_version_is_a_blocker()
    {
        var given = Path.Combine(_scene.Folder, "given.jar");
        await File.WriteAllTextAsync(given, "x");
        _scene.Request = new ReadinessRequest { ArtifactPath = given };
        _scene.Artifacts.ReadVersionAsync(default!, default!, default).ReturnsForAnyArgs(ReadinessScene.V("1.2.0"));

        Blocked(await _scene.CheckAsync(), "ArtifactAvailable", "is version 1.2.0");
    }

    [Theory]
    [InlineData(404, true)]
    [InlineData(500, true)]
    [InlineData(405, false)]
    [InlineData(302, false)]
    public async Task An_address_that_has_no_artifact_is_a_blocker(int status, bool blocked)
    {
        Uri? asked = null;
        _scene.Head = address =>
        {
            asked = address;
            return Task.FromResult((HttpStatusCode)status);
        };

        var result = await _scene.CheckAsync();

        Assert.Equal("https://dl.example/1.1.0/app.jar", asked!.ToString());
        if (blocked) Blocked(result, "ArtifactAvailable", status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        else Assert.True(result.Ready);
    }

    [Fact]
    public async Task A_mirror_that_does_not_answer_is_named_without_its_log_in()
    {
        _scene.Request = new ReadinessRequest { BaseUrl = "https://me:planted@mirror.example" };
        _scene.Head = _ => throw new HttpRequestException("No such host.");

        var blocker = Blocked(await _scene.CheckAsync(), "ArtifactAvailable", "mirror.example");

        Assert.DoesNotContain("planted", blocker.Message + blocker.Target);
    }

    [SkippableFact]
    public async Task An_old_java_is_a_blocker_for_the_stops_that_need_a_newer_one()
    {
        Skip.If(OperatingSystem.IsWindows(), "The stand-in for Java is a shell script.");
        var java = Path.Combine(_scene.Folder, "java");
        await File.WriteAllTextAsync(java, "#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(java, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _scene.Deployment = _scene.Deployment with { Settings = _scene.Deployment.Settings with { Command = java } };
        _scene.Path = ReadinessScene.PathTo("1.1.0", new RuntimeRequirement { Name = "java", Minimum = "11" });
        Assert.True((await _scene.CheckAsync()).Ready);
        _scene.Path = ReadinessScene.PathTo("1.1.0", new RuntimeRequirement { Name = "java", Minimum = "21" });

        Blocked(await _scene.CheckAsync(), "Runtime", "needs Java 21");
    }

    [Theory]
    [InlineData("11.9", true)]
    [InlineData("12", false)]
    [InlineData("15.4", false)]
    [InlineData("11.22-0ubuntu0.22.04.1", true)]
    [InlineData("12.0-1.pgdg", false)]
    public async Task A_database_server_that_is_too_old_is_a_blocker(string installed, bool blocked)
    {
        _scene.Facts = _scene.Facts! with { EngineVersion = installed };
        _scene.Path = ReadinessScene.PathTo("1.1.0", new RuntimeRequirement { Name = "postgres", Minimum = "12" });

        var result = await _scene.CheckAsync();

        if (blocked) Blocked(result, "EngineVersion", "needs postgres 12");
        else Assert.True(result.Ready);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("tooshort", "shorter")]
    public async Task A_key_that_cannot_be_used_is_a_blocker_and_never_told(string key, string text)
    {
        _scene.Settings.Set("APP_KEY", key, "env");

        var blocker = Blocked(await _scene.CheckAsync(), "EncryptionKey", text);

        if (key.Length > 0) Assert.DoesNotContain(key, blocker.ToString() + blocker.Remedy);
    }

    [Fact]
    public async Task A_port_that_somebody_else_has_is_a_blocker_only_while_the_app_is_down()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _scene.Settings.Set("APP_PORT", ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "env");
        Assert.True((await _scene.CheckAsync()).Ready);
        _scene.Service = new AppService { Status = AppServiceStatus.Stopped };

        Blocked(await _scene.CheckAsync(), "PortFree", "somebody else listens");
    }

    [Fact]
    public async Task Another_run_is_a_blocker_unless_it_is_the_one_that_asks()
    {
        _scene.Host.LockAsync(default!, default!, default).ThrowsAsyncForAnyArgs(new UpgradeException("DeploymentLocked", UpgradeErrorCategory.ResourceBusy, "app", "Somebody else is at it."));

        Blocked(await _scene.CheckAsync(), "Locked", "Somebody else");
        _scene.Request = new ReadinessRequest { HoldsLock = true };
        Assert.True((await _scene.CheckAsync()).Ready);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_right_that_is_missing_for_sure_is_a_blocker(bool certain)
    {
        _scene.Rights = new RightsCheck { Missing = "may not stop it", Remedy = "Run this as root.", Certain = certain };
        var result = await _scene.CheckAsync();
        Assert.Equal(certain ? 1 : 0, result.Blockers.Count(static blocker => blocker.Check == "HostRights"));
        Assert.Equal(certain ? 0 : 1, result.Warnings.Count(static warning => warning.Check == "HostRights"));
    }

    [Fact]
    public async Task An_artifact_that_is_not_there_is_a_blocker()
    {
        File.Delete(_scene.Deployment.Settings.ArtifactPath!);

        Blocked(await _scene.CheckAsync(), "FilePermissions", "is not there");
    }

    [Theory]
    [InlineData("openjdk version \"21.0.4\" 2024-07-16", "21.0.4")]
    [InlineData("java version \"1.8.0_392\"", "8.0")]
    [InlineData("openjdk version \"17\" 2021-09-14", "17")]
    [InlineData("no such thing", null)]
    public void A_java_tells_its_version(string text, string? version) => Assert.Equal(version, Engine.Readiness.Probing.JavaVersion.Parse(text)?.Text);

    [Fact]
    public async Task Cancelling_ends_the_checks()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _scene.CheckAsync(cancel.Token));
    }

    public void Dispose() => _scene.Dispose();

    private static Blocker Found(ReadinessResult result, string check, bool blocks, string text)
    {
        var found = Assert.Single(blocks ? result.Blockers : result.Warnings);
        Assert.Empty(blocks ? result.Warnings : result.Blockers);
        Assert.Equal(check, found.Check);
        Assert.Contains(text, found.Message);
        Assert.Equal(!blocks, result.Ready);
        return found;
    }

    private sealed class Check(string name, Func<IReadOnlyList<Finding>> run) : IReadinessCheck
    {
        public string Name => name;

        public Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken) => Task.FromResult(run());
    }

    private static Blocker Blocked(ReadinessResult result, string check, string text, bool one = true)
    {
        var found = Assert.Single(result.Blockers, blocker => blocker.Check == check);
        if (one) Assert.Single(result.Blockers);
        Assert.Contains(text, found.Message);
        Assert.False(result.Ready);
        return found;
    }
}
