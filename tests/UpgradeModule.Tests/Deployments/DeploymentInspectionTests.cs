using System.Diagnostics;
using NSubstitute;
using NSubstitute.ExceptionExtensions;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Tests.Deployments;

public sealed class DeploymentInspectionTests : IDisposable
{
    private readonly DeploymentScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task Everybody_is_asked_and_agrees()
    {
        var seen = await _scene.InspectAsync();
        Assert.Equal(("0.50.12", "0.51.3", AppServiceStatus.Running, true), (seen.Version!.Text, seen.Latest!.Text, seen.Status, seen.VersionsAgree));
        Assert.Equal(["App: 0.50.12", "Artifact: 0.50.12", "Database: major 50"], seen.Versions.Select(sighting => sighting.ToString()));
    }

    [Theory]
    [InlineData("0.51.3", "0.50.12", 50, false)]
    [InlineData("0.50.12", "1.50.12", 50, false)]
    [InlineData("0.50.12", null, 51, false)]
    [InlineData(null, "0.50.12", 49, false)]
    [InlineData("0.50.12", null, null, true)]
    [InlineData(null, null, 50, true)]
    [InlineData("v0.50.12", "0.50.12.0", 50, true)]
    public async Task Disagreement_is_shown(string? app, string? artifact, int? major, bool agree)
    {
        _scene.Answer = new HealthReport { Health = AppHealth.Healthy, Version = Version(app) };
        _scene.Installed = Version(artifact);
        _scene.Migrated = new MigrationState { Count = 1, Last = "x", Major = major };
        Assert.Equal(agree, (await _scene.InspectAsync()).VersionsAgree);
    }

    [Fact]
    public async Task What_runs_counts_before_what_is_installed_and_that_before_what_was_known()
    {
        _scene.Answer = new HealthReport { Health = AppHealth.Healthy, Version = AppVersion.Parse("0.50.11") };
        Assert.Equal("0.50.11", (await _scene.InspectAsync()).Version!.Text);
        _scene.Answer = new HealthReport { Health = AppHealth.Unreachable, Detail = "connection refused" };
        var stopped = await _scene.InspectAsync();
        Assert.Equal("0.50.12", stopped.Version!.Text);
        Assert.Equal("connection refused", stopped.Versions[0].Detail);
        _scene.Installed = null;
        Assert.Equal("0.49.1", Assert.Single(await _scene.InspectAsync([new AppDeployment { App = "app", Version = AppVersion.Parse("0.49.1") }])).Version!.Text);
    }

    [Theory]
    [InlineData(AppServiceStatus.Running, AppHealth.Migrating, AppServiceStatus.Starting)]
    [InlineData(AppServiceStatus.Running, AppHealth.Unhealthy, AppServiceStatus.Running)]
    [InlineData(AppServiceStatus.Unknown, AppHealth.Healthy, AppServiceStatus.Running)]
    [InlineData(AppServiceStatus.Unknown, AppHealth.Unreachable, AppServiceStatus.Unknown)]
    [InlineData(AppServiceStatus.Crashed, AppHealth.Unreachable, AppServiceStatus.Crashed)]
    public async Task The_status_is_the_hosts_as_far_as_the_app_does_not_know_better(AppServiceStatus host, AppHealth health, AppServiceStatus expected)
    {
        _scene.Status = host;
        _scene.Answer = new HealthReport { Health = health };
        Assert.Equal(expected, (await _scene.InspectAsync()).Status);
    }

    [Fact]
    public async Task Whatever_fails_stays_unknown_and_says_why()
    {
        var failure = new UpgradeException("X", UpgradeErrorCategory.ConnectionError, "x", "it broke");
        _scene.Host.GetServiceAsync(default!, default).ThrowsAsyncForAnyArgs(failure);
        _scene.Host.ReadInstalledVersionAsync(default!, default).ThrowsAsyncForAnyArgs(new IOException("disk gone"));
        _scene.Prober.ProbeAsync(default!, default, default, default).ThrowsAsyncForAnyArgs(failure);
        _scene.Databases.OpenAsync(default!, default!, default).ThrowsAsyncForAnyArgs(failure);
        _scene.Definitions.ReleasesAsync(default!, default, default).ThrowsAsyncForAnyArgs(failure);
        var seen = await _scene.InspectAsync();
        Assert.Equal(AppServiceStatus.Unknown, seen.Status);
        Assert.Null(seen.Version);
        Assert.Null(seen.Latest);
        Assert.True(seen.VersionsAgree);
        Assert.Equal(["it broke", "disk gone", "it broke"], seen.Versions.Select(sighting => sighting.Detail));
    }

    [Fact]
    public async Task One_bad_deployment_spoils_no_other()
    {
        var seen = await _scene.InspectAsync([new AppDeployment { Name = "a", App = "none" }, new AppDeployment { Name = "b", App = "app", HostKind = AppHostKind.Heroku }, new AppDeployment { Name = "c", App = "app" }]);
        Assert.Equal(["a", "b", "c"], seen.Select(one => one.Name));
        Assert.Equal("no such app", Assert.Single(seen[0].Versions).Detail);
        Assert.Equal("0.50.12", seen[1].Version!.Text);
        Assert.Equal("not supported", seen[1].Versions[1].Detail);
        Assert.Equal(AppServiceStatus.Running, seen[2].Status);
    }

    [Fact]
    public async Task What_is_slow_or_hangs_is_given_up_at_the_limit()
    {
        _scene.Prober.ProbeAsync(default!, default, default, default).ReturnsForAnyArgs(async call =>
        {
            await Task.Delay(Timeout.Infinite, call.Arg<CancellationToken>());
            return new HealthReport();
        });
        using var release = new ManualResetEventSlim();
        _scene.Databases.OpenAsync(default!, default!, default).ReturnsForAnyArgs(call =>
        {
            // As a driver that blocks and hears no cancellation.
            release.Wait(TimeSpan.FromSeconds(20));
            return _scene.Database;
        });
        var watch = Stopwatch.StartNew();
        var seen = Assert.Single(await _scene.InspectAsync([new AppDeployment { App = "app" }], TimeSpan.FromSeconds(3)));
        release.Set();
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), $"it took {watch.Elapsed}");
        Assert.Equal(["no answer within 3 s", null, "no answer within 3 s"], seen.Versions.Select(sighting => sighting.Detail));
        Assert.Equal("0.50.12", seen.Version!.Text);
    }

    [Fact]
    public async Task At_most_eight_are_asked_at_once_and_they_come_in_order()
    {
        var now = 0;
        var most = 0;
        _scene.Prober.ProbeAsync(default!, default, default, default).ReturnsForAnyArgs(async call =>
        {
            var mine = Interlocked.Increment(ref now);
            InterlockedMax(ref most, mine);
            await Task.Delay(call.Arg<DeploymentContext>().Deployment.Name == "0" ? 200 : 30);
            Interlocked.Decrement(ref now);
            return new HealthReport();
        });
        var names = Enumerable.Range(0, 24).Select(i => $"{i}").ToList();
        var seen = await _scene.InspectAsync([.. names.Select(name => new AppDeployment { Name = name, App = "app" })], TimeSpan.FromSeconds(20));
        Assert.Equal(names, seen.Select(one => one.Name));
        Assert.InRange(most, 2, 8);
    }

    [Fact]
    public async Task Cancelling_is_thrown_and_stopping_to_read_is_not()
    {
        _scene.Prober.ProbeAsync(default!, default, default, default).ReturnsForAnyArgs(async call =>
        {
            if (call.Arg<DeploymentContext>().Deployment.Name != "first") await Task.Delay(Timeout.Infinite, call.Arg<CancellationToken>());
            return new HealthReport();
        });
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        AppDeployment[] two = [new() { Name = "first", App = "app" }, new() { Name = "second", App = "app" }];
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _scene.InspectAsync(two, TimeSpan.FromMinutes(1), cancel.Token));
        await foreach (var one in _scene.Service.InspectAsync(two, _scene.Operation, TimeSpan.FromMinutes(1), default))
        {
            Assert.Equal("first", one.Name);
            break;
        }
    }

    [Fact]
    public async Task The_database_is_the_one_that_the_settings_name_now_unless_it_was_given()
    {
        _scene.Spec.Settings.Database = new DatabaseSettingsSpec { Uri = "DB_URI" };
        _scene.Settings.Set("DB_URI", $"postgres://app:{DeploymentScene.Password}@db/new", "app.env");
        var opener = new DatabaseOpener(new AppDatabases());
        _scene.Databases.Locate(default!, default!).ReturnsForAnyArgs(call => opener.Locate(call.Arg<DeploymentContext>(), call.Arg<AppSettings>()));
        var stored = new DatabaseTarget { Engine = DatabaseEngine.Postgres, Server = "db", Name = "old", MaintenanceUser = "dba", MaintenanceSecret = "env:DBA", FromSettings = true };

        var seen = Assert.Single(await _scene.InspectAsync([new AppDeployment { App = "app", Database = stored }])).Database!;
        Assert.Equal(("new", "dba", "env:DBA"), (seen.Name, seen.MaintenanceUser, seen.MaintenanceSecret));
        Assert.Contains("app.env", seen.Source, StringComparison.Ordinal);

        var given = stored with { FromSettings = false };
        Assert.Equal(given, Assert.Single(await _scene.InspectAsync([new AppDeployment { App = "app", Database = given }])).Database);

        // Settings that can't be read are no reason to forget what is known.
        _scene.Settings.Set("DB_URI", "nonsense", "app.env");
        Assert.Equal(stored, Assert.Single(await _scene.InspectAsync([new AppDeployment { App = "app", Database = stored }])).Database);
    }

    [Fact]
    public async Task A_held_migration_lock_is_told()
    {
        _scene.Migrated = new MigrationState { Count = 2, Last = "b", Locked = true };
        Assert.Equal("2 migrations, last b, migration lock held", (await _scene.InspectAsync()).Versions[2].Detail);
        _scene.Migrated = new MigrationState();
        Assert.Equal("it has no migrations", (await _scene.InspectAsync()).Versions[2].Detail);
    }

    private static AppVersion? Version(string? text) => text is null ? null : AppVersion.Parse(text);

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
