using UpgradeModule.Tests.Deployments.Docker.Live;
using UpgradeModule.Tests.Support;
using Xunit.Abstractions;

namespace UpgradeModule.Tests.Upgrades.Faults;

/// <summary>
/// The machine loses its power: the process that upgrades and the Docker daemon are killed together. The daemon is started again, and the run is finished or taken back while
/// the containers, the database's among them, are still coming up.
/// </summary>
[Trait("Category", "Long")]
public sealed class MachineFaultTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly string[] s_touched =
    [
        "Stop@1.1.0 Intent", "Stop@1.1.0 Effect", "RollbackPoint@1.1.0 Effect", "Swap@1.1.0 Intent", "Swap@1.1.0 Effect", "Start@1.1.0 Intent", "Start@1.1.0 Effect", "Wait@1.1.0 Intent", "Wait@1.1.0 Effect",
        "Stop@2.0.0 Effect", "Swap@2.0.0 Effect", "Start@2.0.0 Effect", "Wait@2.0.0 Effect",
    ];

    private OwnDocker? _docker;
    private NeighbourPostgres? _postgres;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_postgres is not null) await _postgres.DisposeAsync();
        if (_docker is not null) await _docker.DisposeAsync();
    }

    // What nothing of has been touched, an undo leaves as Docker left it: down.
    [SkippableTheory]
    [InlineData("resume", "Fetch Effect", "Backup Intent", "Backup Effect", "Prove Effect")]
    [InlineData("undo")]
    public Task The_machine_loses_its_power(string verb, params string[] untouched) => new FaultMatrix(output).SomeAsync(
        "docker-machine",
        verb,
        untouched.Concat(s_touched),
        async () =>
        {
            _docker ??= await OwnDocker.StartAsync();
            _postgres ??= await NeighbourPostgres.StartLastingAsync(_docker.Engine, _docker.Images);
            return await DockerFaultScene.StartAsync(_docker.Engine, _docker.Images, _postgres);
        },
        async () =>
        {
            await _docker!.KillAsync();
            await _docker.StartAgainAsync();
        });
}
