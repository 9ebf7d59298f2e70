using System.Globalization;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Tests.Apps;
using UpgradeModule.Tests.Support;
using UpgradeModule.Tests.Upgrades.Live;
using Xunit.Abstractions;

namespace UpgradeModule.Tests.Upgrades.Faults;

/// <summary>
/// The fault matrix: every action of an upgrade of two stops, killed after its intent, after its effect and after its result, finished by a resume
/// and, in a second pass, taken back by an undo. What came of it is written to <c>output/fault-matrix</c>, from where <c>docs/fault-matrix.md</c> is made.
/// </summary>
[Collection("Postgres")]
[Trait("Category", "Long")]
public sealed class FaultMatrixTests(PostgresFixture postgres, ITestOutputHelper output)
{
    private const int Seed = 20261122;

    [SkippableTheory]
    [InlineData("resume")]
    [InlineData("undo")]
    public Task Process_and_SQLite(string verb) => MatrixAsync("process-sqlite", verb, () => LiveScene.StartAsync());

    [SkippableTheory]
    [InlineData("resume")]
    [InlineData("undo")]
    public Task Process_and_PostgreSQL(string verb) => MatrixAsync("process-postgres", verb, StoredAsync);

    [SkippableTheory]
    [InlineData("resume")]
    [InlineData("undo")]
    public Task Fifty_random_instants(string verb) => InstantsAsync("instants", verb, 25);

    private async Task<LiveScene> StoredAsync()
    {
        postgres.Require();
        var scene = await LiveScene.StartAsync(await postgres.CreateAsync());
        await scene.RegisterAsync();
        return scene;
    }

    private async Task MatrixAsync<T>(string name, string verb, Func<Task<T>> start)
        where T : IFaultScene
    {
        Skip.If(OperatingSystem.IsWindows(), "The process is ended by a signal.");
        var reports = new List<FaultReport>();
        var only = Environment.GetEnvironmentVariable("FAULT_ACTIONS")?.Split(',');
        foreach (var action in FaultCell.Actions("1.1.0", "2.0.0").Where(action => only is null || only.Contains(action)))
        {
            foreach (var moment in Enum.GetValues<FaultMoment>())
            {
                await using var scene = await start();
                reports.Add(await FaultCell.RunAsync(scene, verb, action, moment));
                Tell(name, verb, reports[^1]);
            }
        }

        Assert.Empty(reports.Where(report => report.Problem is not null).Select(report => report.ToString()));
    }

    private async Task InstantsAsync(string name, string verb, int count)
    {
        Skip.If(OperatingSystem.IsWindows(), "The process is ended by a signal.");
        var random = new Random(Seed + verb.Length);
        var reports = new List<FaultReport>();
        for (var i = 0; i < count; i++)
        {
            IFaultScene scene = i % 2 == 0 ? await LiveScene.StartAsync() : await StoredAsync();
            await using (scene)
            {
                reports.Add(await FaultCell.RunAsync(scene, verb, null, default, TimeSpan.FromMilliseconds(random.Next(300, 9000))));
                Tell(name, verb, reports[^1]);
            }
        }

        Assert.Empty(reports.Where(report => report.Problem is not null).Select(report => report.ToString()));
    }

    private void Tell(string name, string verb, FaultReport report)
    {
        output.WriteLine(report.ToString());
        var folder = Path.Combine(Definitions.Root, "output", "fault-matrix");
        Directory.CreateDirectory(folder);
        var (left, kept) = (report.Problem is null ? "yes" : "**no**: " + report.Problem.Split('\n')[0], report.Aside == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({report.Aside} aside)"));
        File.AppendAllText(
            Path.Combine(folder, $"{name}-{verb}.md"),
            string.Create(CultureInfo.InvariantCulture, $"| {report.At} | {report.Was} | {(report.Killed ? "killed" : "ended before")} | {report.Outcome} | {report.Version}, {report.Health} | {report.Acknowledged}{kept} | {report.Downtime.TotalSeconds:0.0} s | {left} |\n"));
    }
}
