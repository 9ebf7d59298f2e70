using System.Text;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Backups;
using UpgradeModule.Engine.Paths;
using UpgradeModule.Engine.Readiness;
using UpgradeModule.Tests.Apps;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests;

/// <summary>The engine put together, as cmdlets and .NET programs open it.</summary>
[Collection("PostgresUpgrades")]
public sealed class EngineTests(PostgresFixture postgres) : IDisposable
{
    private const string Password = "planted-app-password-5566";

    private readonly TempFolder _folder = new();
    private readonly RecordingOperation _operation = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Opening_and_closing_reads_and_writes_nothing()
    {
        await using (var engine = UpgradeEngine.Open(new EngineOptions { StorePath = _folder.File("state/store.db"), DefinitionsPath = _folder.File("none") }))
        {
            Assert.NotNull(engine.Planner);
            Assert.NotNull(engine.Services);
            Assert.NotNull(engine.Artifacts);
            Assert.NotNull(engine.Backups);
            Assert.NotNull(engine.Readiness);
            Assert.NotNull(engine.Upgrades);
            Assert.Empty(await engine.Deployments.ListAsync(default));
            Assert.Empty(await engine.Definitions.ListAsync(default));
            Assert.Same(engine.Backups, engine.Backups);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Shipped_definitions_give_paths()
    {
        await using var engine = UpgradeEngine.Open(new EngineOptions { StorePath = _folder.File("store.db"), DefinitionsPath = Path.Combine(Definitions.Root, "module", "apps") });
        var spec = await engine.Definitions.GetAsync("metabase", default);
        var path = engine.Planner.Plan(spec, new PathRequest { From = AppVersion.Parse("0.37.4"), To = "0.50.36" });
        Assert.Equal(["0.37.12", "0.38.6", "0.39.7", "0.40.8", "0.50.36"], path.Stops.Select(stop => stop.To.Text));
        Assert.False(File.Exists(_folder.File("store.db")));
    }

    [SkippableTheory]
    [InlineData(DatabaseEngine.Sqlite)]
    [InlineData(DatabaseEngine.Postgres)]
    public async Task A_deployment_is_made_run_looked_at_backed_up_proven_and_restored(DatabaseEngine database)
    {
        await using var engine = UpgradeEngine.Open(new EngineOptions { StorePath = _folder.File("state/store.db"), DefinitionsPath = _folder.File("none") });
        var deployments = engine.Deployments;
        var created = await deployments.CreateAsync(await DraftAsync(database), _operation, default);
        Assert.Equal(("sampleapp", "standard", "1.0.0"), (created.App, created.Edition, created.Version!.Text));
        Assert.Equal(database, created.Database!.Engine);
        Assert.True(created.Database.FromSettings);
        await deployments.RegisterAsync(created, replace: false, default);
        var context = await deployments.OpenAsync(await deployments.GetAsync("sample", default), _operation, null, null, default);
        await engine.Services.StartAsync(context, default);
        try
        {
            await engine.Services.WaitAsync(context, TimeSpan.FromSeconds(60), default);
            var seen = await InspectAsync(engine, context.Deployment);
            Assert.Equal((AppServiceStatus.Running, "1.0.0", true, "2.0.0"), (seen.Status, seen.Version!.Text, seen.VersionsAgree, seen.Latest!.Text));
            Assert.Equal(["App: 1.0.0", "Artifact: 1.0.0", "Database: major 1"], seen.Versions.Select(sighting => sighting.ToString()));
            var backup = await engine.Backups.BackupAsync(context, _folder.File("backups"), default);
            Assert.True((await engine.Backups.TestAsync(backup, context, checksumOnly: false, _operation, default)).Valid);
            var proof = await engine.Backups.TestAsync(backup, null, checksumOnly: false, _operation, default);
            Assert.True(proof.Valid);
            Assert.True(proof.RowsCompared >= 6);
            Assert.Equal("ServiceRunning", (await Assert.ThrowsAsync<UpgradeException>(() => engine.Backups.RestoreAsync(context, backup, force: false, default))).ErrorId);
            await engine.Services.StopAsync(context, null, default);
            var restored = await engine.Backups.RestoreAsync(context, backup, force: false, default);
            Assert.Equal(database == DatabaseEngine.Sqlite, File.Exists(restored.KeptAs));
            Assert.NotNull(restored.KeptAs);
            Assert.Equal(backup.Rows, restored.Rows);
            Assert.Equal([backup.Id], (await engine.Backups.ListAsync(new BackupQuery { Deployment = "sample" }, _operation, default)).Select(one => one.Id));
            Assert.NotEmpty((await engine.Readiness.CheckAsync(context, new ReadinessRequest(), default)).Checks);
            await engine.Services.StartAsync(context, default);
            Assert.Equal(AppHealth.Healthy, (await engine.Services.WaitAsync(context, TimeSpan.FromSeconds(60), default)).Health);
        }
        finally
        {
            await engine.Services.StopAsync(context, TimeSpan.FromSeconds(5), default);
        }

        Assert.Equal(AppServiceStatus.Stopped, (await InspectAsync(engine, context.Deployment)).Status);
        NoSecretAnywhere();
    }

    private async Task<AppDeployment> InspectAsync(UpgradeEngine engine, AppDeployment deployment)
    {
        await foreach (var seen in engine.Deployments.InspectAsync([deployment], _operation, TimeSpan.FromSeconds(10), default)) return seen;
        return deployment;
    }

    private async Task<AppDeployment> DraftAsync(DatabaseEngine database)
    {
        var artifact = _folder.File(OperatingSystem.IsWindows() ? "sampleapp.exe" : "sampleapp");
        File.Copy(await SampleApps.FileAsync("1.0.0"), artifact);
        File.WriteAllLines(_folder.File("app.env"),
        [
            .. database == DatabaseEngine.Sqlite ? ["SAMPLEAPP_DATABASE=" + _folder.File("app.db"), "SAMPLEAPP_DB_PASSWORD=" + Password] : await PostgresAsync(),
            FormattableString.Invariant($"SAMPLEAPP_PORT={SampleApps.FreePort()}"),
        ]);
        return new AppDeployment { Name = "sample", App = SampleApps.DefinitionPath, Settings = new AppHostSettings { ArtifactPath = artifact, EnvironmentFiles = [_folder.File("app.env")] } };
    }

    private async Task<string[]> PostgresAsync()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await postgres.AdminAsync($"ALTER ROLE {access.Target.User} PASSWORD '{Password}'");
        return
        [
            "SAMPLEAPP_DB_TYPE=postgres",
            "SAMPLEAPP_DB_HOST=127.0.0.1",
            FormattableString.Invariant($"SAMPLEAPP_DB_PORT={postgres.Port}"),
            "SAMPLEAPP_DB_NAME=" + access.Target.Name,
            "SAMPLEAPP_DB_USER=" + access.Target.User,
            "SAMPLEAPP_DB_PASSWORD=" + Password,
        ];
    }

    private void NoSecretAnywhere()
    {
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith("app.env", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain(Password, Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(_operation.Lines, line => line.Contains(Password, StringComparison.Ordinal));
    }
}
