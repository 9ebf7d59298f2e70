using UpgradeModule.Tests.Support;
using UpgradeModule.Tests.Upgrades.Live;
using Xunit.Abstractions;

namespace UpgradeModule.Tests.Upgrades.Faults;

/// <summary>
/// The fault matrix: every action of an upgrade of two stops, killed after its intent, after its effect and after its result, finished by a resume
/// and, in a second pass, taken back by an undo. What came of it is written to <c>output/fault-matrix</c>, from where <c>docs/fault-matrix.md</c> is made.
/// </summary>
[Collection("PostgresUpgrades")]
[Trait("Category", "Long")]
public sealed class FaultMatrixTests(PostgresFixture postgres, ITestOutputHelper output)
{
    private const int Seed = 20261122;

    [SkippableTheory]
    [InlineData("resume")]
    [InlineData("undo")]
    public Task Process_and_SQLite(string verb) => new FaultMatrix(output).ActionsAsync("process-sqlite", verb, () => LiveScene.StartAsync());

    [SkippableTheory]
    [InlineData("resume")]
    [InlineData("undo")]
    public Task Process_and_PostgreSQL(string verb) => new FaultMatrix(output).ActionsAsync("process-postgres", verb, StoredAsync);

    [SkippableTheory]
    [InlineData("resume")]
    [InlineData("undo")]
    public Task Fifty_random_instants(string verb) => new FaultMatrix(output).InstantsAsync("instants", verb, 25, Seed + verb.Length, async index => index % 2 == 0 ? await LiveScene.StartAsync() : await StoredAsync());

    [SkippableTheory]
    [InlineData("resume")]
    [InlineData("undo")]
    public Task Process_and_SQLite_that_lose_their_power(string verb) => new FaultMatrix(output).ActionsAsync("power-sqlite", verb, () => LiveScene.StartAsync(), scene => scene.CutPowerAsync());

    [SkippableTheory]
    [InlineData("resume")]
    [InlineData("undo")]
    public Task Process_and_PostgreSQL_whose_application_loses_its_power(string verb) => new FaultMatrix(output).ActionsAsync("power-postgres", verb, StoredAsync, scene => scene.CutPowerAsync());

    private async Task<LiveScene> StoredAsync()
    {
        postgres.Require();
        var scene = await LiveScene.StartAsync(await postgres.CreateAsync());
        await scene.RegisterAsync();
        return scene;
    }
}
