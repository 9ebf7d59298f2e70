using System.Globalization;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Tests.Apps;
using Xunit.Abstractions;

namespace UpgradeModule.Tests.Upgrades.Faults;

/// <summary>Runs the cells of a matrix, one after the other, and writes down what came of each.</summary>
internal sealed class FaultMatrix(ITestOutputHelper output)
{
    private readonly List<FaultReport> _reports = [];

    /// <summary>Every action, at every moment.</summary>
    /// <param name="name">The part of the matrix.</param>
    /// <param name="verb">How it goes on.</param>
    /// <param name="start">Makes the application of a cell.</param>
    /// <param name="besides">What dies with the run; then it dies only once the application was stopped.</param>
    public async Task ActionsAsync<T>(string name, string verb, Func<Task<T>> start, Func<T, Task>? besides = null)
        where T : IFaultScene
    {
        Skip.If(OperatingSystem.IsWindows(), "The process is ended by a signal.");
        // FAULT_CELL="Swap@1.1.0 Effect" looks at one cell, FAULT_FROM begins with one.
        var (only, from) = (Environment.GetEnvironmentVariable("FAULT_CELL"), Environment.GetEnvironmentVariable("FAULT_FROM"));
        var cells = FaultCell.Actions("1.1.0", "2.0.0").SkipWhile(action => besides is not null && action != "Stop@1.1.0").SelectMany(action => Enum.GetValues<FaultMoment>(), (action, moment) => (Action: action, Moment: moment)).ToList();
        foreach (var (action, moment) in cells.SkipWhile(cell => from is not null && from != $"{cell.Action} {cell.Moment}").Where(cell => only is null || only == $"{cell.Action} {cell.Moment}"))
        {
            await using var scene = await start();
            Tell(name, verb, await FaultCell.RunAsync(scene, verb, action, moment, between: besides is null ? null : () => besides(scene)));
        }

        AssertAllWell();
    }

    /// <summary>Some actions, at some moments, with something that happens before another process goes on.</summary>
    public async Task SomeAsync(string name, string verb, IEnumerable<string> cells, Func<Task<IFaultScene>> start, Func<Task> between)
    {
        Skip.If(OperatingSystem.IsWindows(), "The process is ended by a signal.");
        foreach (var words in cells.Select(static cell => cell.Split(' ')))
        {
            await using var scene = await start();
            Tell(name, verb, await FaultCell.RunAsync(scene, verb, words[0], Enum.Parse<FaultMoment>(words[1]), between: between));
        }

        AssertAllWell();
    }

    /// <summary>Instants that nobody chose, but for the seed.</summary>
    public async Task InstantsAsync(string name, string verb, int count, int seed, Func<int, Task<IFaultScene>> start)
    {
        Skip.If(OperatingSystem.IsWindows(), "The process is ended by a signal.");
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            await using var scene = await start(i);
            Tell(name, verb, await FaultCell.RunAsync(scene, verb, null, default, TimeSpan.FromMilliseconds(random.Next(300, 9000))));
        }

        AssertAllWell();
    }

    private void AssertAllWell() => Assert.Empty(_reports.Where(report => report.Problem is not null).Select(report => report.ToString()));

    private void Tell(string name, string verb, FaultReport report)
    {
        _reports.Add(report);
        output.WriteLine(report.ToString());
        var folder = Path.Combine(Definitions.Root, "output", "fault-matrix");
        Directory.CreateDirectory(folder);
        var (left, kept) = (report.Problem is null ? "yes" : "**no**: " + report.Problem.Split('\n')[0], report.Aside == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({report.Aside} aside)"));
        File.AppendAllText(
            Path.Combine(folder, $"{name}-{verb}.md"),
            string.Create(CultureInfo.InvariantCulture, $"| {report.At} | {report.Was} | {(report.Killed ? "killed" : "ended before")} | {report.Outcome} | {report.Version}, {report.Health} | {report.Acknowledged}{kept} | {report.Downtime.TotalSeconds:0.0} s | {left} |\n"));
    }
}
