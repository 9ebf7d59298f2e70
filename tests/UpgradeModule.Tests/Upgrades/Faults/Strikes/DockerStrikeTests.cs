using UpgradeModule.Tests.Deployments.Docker.Live;
using UpgradeModule.Tests.Support;
using Xunit.Abstractions;

namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>What may go wrong outside while an upgrade of a container runs, where containers say something new; see <see cref="ProcessStrikeTests"/>.</summary>
[Trait("Category", "Long")]
public sealed class DockerStrikeTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);
    private OwnDocker? _docker;
    private NeighbourPostgres? _postgres;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_postgres is not null) await _postgres.DisposeAsync();
        if (_docker is not null) await _docker.DisposeAsync();
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public Task The_daemon_ends(bool second) => new StrikeMatrix(output).RunAsync(
        "docker-daemon",
        async () => (await SceneAsync(), new DaemonStrike(_docker!, _postgres!, comesBack: null)),
        DaemonMoments(second));

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public Task The_daemon_is_started_anew(bool second) => new StrikeMatrix(output).RunAsync(
        "docker-daemon",
        async () => (await SceneAsync(), new DaemonStrike(_docker!, _postgres!, s_soon)),
        DaemonMoments(second));

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public Task The_daemon_is_started_anew_while_an_action_is_under_way(bool second) => new StrikeMatrix(output).RunAsync(
        "docker-daemon",
        async () => (await SceneAsync(), new LaterStrike(new DaemonStrike(_docker!, _postgres!, s_soon), TimeSpan.FromMilliseconds(50))),
        Moments("Intent", second, "Backup", "Prove", "Stop", "RollbackPoint", "Swap", "Start", "Wait"));

    [SkippableTheory]
    [InlineData("resume")]
    [InlineData("undo")]
    public Task The_daemon_is_killed(string verb) => new StrikeMatrix(output).RunAsync(
        "docker-killed",
        async () => (await SceneAsync(), new DaemonKilledStrike(_docker!, _postgres!)),
        [.. Moments("Intent", false, "Fetch", "Backup", "Prove", "Stop", "RollbackPoint", "Swap", "Start", "Wait"), .. Moments("Effect", false, "Stop", "Swap", "Start"), .. Moments("Intent", true, "Stop", "Swap", "Start", "Wait"), .. Moments("Effect", true, "Swap", "Start")],
        only: verb);

    [SkippableTheory]
    [InlineData("resume")]
    [InlineData("undo")]
    public Task The_daemon_is_killed_while_an_action_is_under_way(string verb) => new StrikeMatrix(output).RunAsync(
        "docker-killed",
        async () => (await SceneAsync(), new LaterStrike(new DaemonKilledStrike(_docker!, _postgres!), TimeSpan.FromMilliseconds(50))),
        Moments("Intent", false, "Backup", "Stop", "Swap", "Start", "Wait"),
        only: verb);

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public Task The_database_s_container_is_killed(bool back) => new StrikeMatrix(output).RunAsync(
        "docker-postgres",
        async () => (await SceneAsync(), new NeighbourStrike(_docker!.Engine, _postgres!, back ? s_soon : null)),
        Moments("Intent", back, "Backup", "RollbackPoint", "Start", "Wait", "CompareInvariants"));

    [SkippableFact]
    public Task Cancelled_in_each_phase() => new StrikeMatrix(output).RunAsync(
        "docker-cancel",
        async () => (await SceneAsync(), new CancelStrike()),
        FaultCell.Actions("1.1.0", "2.0.0").SelectMany(action => new[] { action + " Intent", action + " Effect" }));

    [SkippableFact]
    public Task Cancelled_while_an_action_is_under_way() => new StrikeMatrix(output).RunAsync(
        "docker-cancel",
        async () => (await SceneAsync(), new LaterStrike(new CancelStrike(), TimeSpan.FromMilliseconds(60))),
        [.. Moments("Intent", false, "Backup", "Prove", "Stop", "RollbackPoint", "Swap", "Start", "Wait"), .. Moments("Intent", true, "Stop", "RollbackPoint", "Swap", "Start", "Wait")]);

    [SkippableTheory]
    [InlineData("health never ok", "SAMPLEAPP_SICK", "1.1.0")]
    [InlineData("health never ok", "SAMPLEAPP_SICK", "2.0.0")]
    [InlineData("a page that fails", "SAMPLEAPP_SICK_PAGE", "2.0.0")]
    [InlineData("migration fails half way", "SAMPLEAPP_FAIL_MIGRATION", "v1.10-002")]
    [InlineData("migration fails half way", "SAMPLEAPP_FAIL_MIGRATION", "v2.00-002")]
    public Task A_version_that_never_gets_healthy_or_fails_in_its_migration(string name, string setting, string value) => new StrikeMatrix(output).RunAsync(
        "docker-version",
        async () => (await SceneAsync((setting, value)), new SettingStrike($"{name} ({value})", setting)),
        [""],
        only: "undo");

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_destination_that_vanishes(bool stays) => new StrikeMatrix(output).RunAsync(
        "docker-backup",
        async () => (await SceneAsync(), new FolderGoneStrike(stays)),
        ["Backup Intent", "Backup Effect", "Prove Effect", "Stop@1.1.0 Effect", "Start@2.0.0 Effect"]);

    private static IEnumerable<string> DaemonMoments(bool second) =>
        Moments("Intent", second, "Backup", "Prove", "Stop", "RollbackPoint", "Swap", "Start", "Wait", "CompareInvariants").Concat(Moments("Effect", second, "Stop", "Swap", "Start"));

    /// <summary>The moments at one stop, or at the other.</summary>
    private static IEnumerable<string> Moments(string moment, bool second, params string[] actions) =>
        FaultCell.Actions(second ? "2.0.0" : "1.1.0").Where(action => actions.Contains(action.Split('@')[0])).Select(action => $"{action} {moment}");

    private async Task<IFaultScene> SceneAsync(params (string Name, string Value)[] environment)
    {
        _docker ??= await OwnDocker.StartAsync();
        _postgres ??= await NeighbourPostgres.StartLastingAsync(_docker.Engine, _docker.Images);
        return await DockerFaultScene.StartAsync(_docker.Engine, _docker.Images, _postgres, environment);
    }
}
