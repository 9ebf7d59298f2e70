using UpgradeModule.Tests.Support;
using UpgradeModule.Tests.Upgrades.Live;
using Xunit.Abstractions;

namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>
/// What may go wrong outside while an upgrade of a process runs. The run goes back or tells how to go on; then it is finished, or taken back. What came of it is
/// written to <c>output/fault-matrix</c>, from where <c>docs/fault-matrix.md</c> is made.
/// </summary>
[Trait("Category", "Long")]
public sealed class ProcessStrikeTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly string[] s_stops = ["1.1.0", "2.0.0"];
    private OwnPostgres? _server;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    [SkippableTheory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public Task Cancelled_in_each_phase(string engine) => new StrikeMatrix(output).RunAsync(
        $"{engine}-cancel",
        async () => (await SceneAsync(engine), new CancelStrike()),
        FaultCell.Actions(s_stops).SelectMany(action => engine == "sqlite" ? new[] { action + " Intent", action + " Effect" } : [action + " Intent"]));

    [SkippableTheory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public Task Cancelled_while_an_action_is_under_way(string engine) => new StrikeMatrix(output).RunAsync(
        $"{engine}-cancel",
        async () => (await SceneAsync(engine), new LaterStrike(new CancelStrike(), TimeSpan.FromMilliseconds(60))),
        Moments("Intent", "Backup", "Prove", "Stop", "RollbackPoint", "Start", "Wait"));

    [SkippableTheory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task The_application_s_disk_full(string engine) => await new StrikeMatrix(output).RunAsync(
        $"{engine}-disk",
        () => OnDiskAsync(engine, "app", "the application's disk"),
        [.. Moments("Intent", "Backup", "Stop", "RollbackPoint", "Swap", "Start"), .. Moments("Effect", "Stop", "Swap", "Start", "Wait", "CompareInvariants")]);

    [SkippableTheory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task The_disk_of_the_backups_full(string engine) => await new StrikeMatrix(output).RunAsync(
        $"{engine}-disk",
        () => OnDiskAsync(engine, "backups", "the disk of the backups"),
        ["Fetch Effect", "Backup Effect", "Start@1.1.0 Effect"]);

    [SkippableTheory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task The_disk_of_the_module_s_memory_full(string engine) => await new StrikeMatrix(output).RunAsync(
        $"{engine}-disk",
        () => OnDiskAsync(engine, "store", "the disk of the module's memory"),
        ["Fetch Intent", "Prove Effect", "Stop@1.1.0 Intent", "Stop@1.1.0 Effect", "Swap@1.1.0 Effect", "Start@1.1.0 Effect", "Wait@2.0.0 Effect", "CompareInvariants@2.0.0 Effect"]);

    [SkippableFact]
    public async Task The_disk_of_PostgreSQL_full() => await new StrikeMatrix(output).RunAsync(
        "postgres-disk",
        async () =>
        {
            // One each: a full disk may take the whole server down.
            if (_server is not null) await _server.DisposeAsync();
            var disk = new SmallDisk(400);
            disk.Require();
            _server = await OwnPostgres.StartAsync(disk);
            return (await SceneAsync("postgres"), new ServerFullStrike(_server));
        },
        [.. Moments("Intent", "Backup", "Prove", "RollbackPoint", "Start"), .. Moments("Effect", "Start", "Wait")]);

    [SkippableFact]
    public async Task PostgreSQL_stopped() => await new StrikeMatrix(output).RunAsync(
        "postgres-stopped",
        async () => (await SceneAsync("postgres"), new ServerStoppedStrike(_server!)),
        [.. Moments("Intent", "Fetch", "Backup", "Prove", "ReadInvariants", "Stop", "RollbackPoint", "Swap", "Start", "Wait", "CompareInvariants"), .. Moments("Effect", "Start", "Wait")]);

    [SkippableFact]
    public async Task PostgreSQL_stopped_while_an_action_is_under_way() => await new StrikeMatrix(output).RunAsync(
        "postgres-stopped",
        async () => (await SceneAsync("postgres"), new LaterStrike(new ServerStoppedStrike(_server!), TimeSpan.FromMilliseconds(40))),
        Moments("Intent", "Backup", "Prove", "RollbackPoint", "Wait"));

    [SkippableFact]
    public async Task PostgreSQL_started_anew() => await new StrikeMatrix(output).RunAsync(
        "postgres-stopped",
        async () => (await SceneAsync("postgres"), new ServerStoppedStrike(_server!, TimeSpan.FromSeconds(1))),
        [.. Moments("Intent", "Backup", "Prove", "ReadInvariants", "Stop", "RollbackPoint", "Swap", "Start", "Wait", "CompareInvariants"), .. Moments("Effect", "Start")]);

    [SkippableTheory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_version_that_never_gets_healthy_or_fails_in_its_migration(string engine)
    {
        (string Name, string Setting, string Value)[] all =
        [
            ("health never ok", "SAMPLEAPP_SICK", "1.1.0"), ("health never ok", "SAMPLEAPP_SICK", "2.0.0"), ("a page that fails", "SAMPLEAPP_SICK_PAGE", "2.0.0"),
            ("migration stuck", "SAMPLEAPP_MIGRATION_DELAY_MS", "600000"), ("migration fails half way", "SAMPLEAPP_FAIL_MIGRATION", "v1.10-002"), ("migration fails half way", "SAMPLEAPP_FAIL_MIGRATION", "v2.00-002"),
        ];
        var number = 0;
        foreach (var (name, setting, value) in all)
        {
            // One that delays every migration would delay the first version's too.
            var later = setting == "SAMPLEAPP_MIGRATION_DELAY_MS";
            await new StrikeMatrix(output).RunAsync(
                $"{engine}-version",
                async () => (await SceneAsync(engine, later ? [] : [(setting, value)]), new SettingStrike($"{name} ({value})", setting, later ? value : null)),
                [later ? "ReadInvariants@1.1.0 Intent" : ""],
                only: number++ % 2 == 0 ? "resume" : "undo");
        }
    }

    [SkippableTheory]
    [InlineData("sqlite", true)]
    [InlineData("sqlite", false)]
    [InlineData("postgres", true)]
    [InlineData("postgres", false)]
    public Task A_backup_that_is_damaged(string engine, bool cut) => new StrikeMatrix(output).RunAsync(
        $"{engine}-backup",
        async () => (await SceneAsync(engine), new BackupDamagedStrike(cut)),
        ["Backup Effect", "Prove Effect", "Stop@1.1.0 Effect", "Start@1.1.0 Effect", "Start@2.0.0 Effect"]);

    [SkippableTheory]
    [InlineData("sqlite", true)]
    [InlineData("sqlite", false)]
    [InlineData("postgres", true)]
    [InlineData("postgres", false)]
    public Task A_destination_that_vanishes(string engine, bool stays) => new StrikeMatrix(output).RunAsync(
        $"{engine}-backup",
        async () => (await SceneAsync(engine), new FolderGoneStrike(stays)),
        ["Fetch Effect", "Backup Intent", "Backup Effect", "Prove Effect", "Stop@1.1.0 Effect", "Start@2.0.0 Effect"]);

    private static IEnumerable<string> Moments(string moment, params string[] actions) =>
        FaultCell.Actions(s_stops).Where(action => actions.Contains(action.Split('@')[0])).Select(action => $"{action} {moment}");

    private async Task<LiveScene> SceneAsync(string engine, params (string Name, string Value)[] environment)
    {
        if (engine == "sqlite") return await LiveScene.StartAsync(null, null, environment);
        _server ??= await OwnPostgres.StartAsync();
        var scene = await LiveScene.StartAsync(await _server.CreateAsync(), null, environment);
        await scene.RegisterAsync();
        return scene;
    }

    private async Task<(IFaultScene Scene, Strike Strike)> OnDiskAsync(string engine, string folder, string name)
    {
        SmallDisk? disk = null;
        if (engine != "sqlite") _server ??= await OwnPostgres.StartAsync();
        var scene = await LiveScene.StartAsync(
            engine == "sqlite" ? null : await _server!.CreateAsync(),
            root =>
            {
                disk = new SmallDisk(112, Path.Combine(root, folder));
                disk.Require();
                return disk;
            },
            null);
        if (engine != "sqlite" || folder == "store") await scene.RegisterAsync();
        return (scene, new DiskFullStrike(name, disk!));
    }
}
