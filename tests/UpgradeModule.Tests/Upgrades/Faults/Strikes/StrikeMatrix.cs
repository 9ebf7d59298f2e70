using System.Globalization;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Tests.Apps;
using Xunit.Abstractions;

namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>Runs the cells of one trouble, one after the other, and writes down what came of each.</summary>
internal sealed class StrikeMatrix(ITestOutputHelper output)
{
    private readonly List<StrikeReport> _reports = [];

    /// <summary>Runs a trouble at moments, with each way on.</summary>
    /// <param name="file">The file's name, without <c>strike-</c>.</param>
    /// <param name="start">Gives an application at 1.0.0 and the trouble that it will have.</param>
    /// <param name="moments">When: <c>Swap@1.1.0 Effect</c>; empty where it is wrong from the beginning.</param>
    /// <param name="only">The one way on that there is; else both take turns, so that each is tried after every kind of end.</param>
    public async Task RunAsync(string file, Func<Task<(IFaultScene Scene, Strike Strike)>> start, IEnumerable<string> moments, string? only = null)
    {
        Skip.If(OperatingSystem.IsWindows(), "The troubles are those of Unix.");

        // FAULT_CELL="Swap@1.1.0 Effect" looks at one moment, FAULT_FROM begins with one.
        var (one, from) = (Environment.GetEnvironmentVariable("FAULT_CELL"), Environment.GetEnvironmentVariable("FAULT_FROM"));
        var number = 0;
        foreach (var at in moments.SkipWhile(at => from is not null && from != at).Where(at => one is null || one == at))
        {
            number++;
            var verb = only ?? (number % 2 == 0 ? "undo" : "resume");
            var (scene, strike) = await start();
            await using (scene)
            {
                var words = at.Split(' ');
                Tell(file, await StrikeCell.RunAsync(scene, strike, at.Length == 0 ? null : words[0], at.Length == 0 ? default : Enum.Parse<FaultMoment>(words[1]), verb));
                if (strike is IAsyncDisposable own) await own.DisposeAsync();
            }
        }

        Assert.Empty(_reports.Where(report => report.Problem is not null).Select(report => report.ToString()));
    }

    private void Tell(string file, StrikeReport report)
    {
        _reports.Add(report);
        output.WriteLine(report.ToString());
        var folder = Path.Combine(Definitions.Root, "output", "fault-matrix");
        Directory.CreateDirectory(folder);
        var kept = report.Aside == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({report.Aside} aside)");
        var ended = report.ErrorId is { Length: > 0 } id ? $"{report.Ended}, {id}" : report.Ended;
        File.AppendAllText(
            Path.Combine(folder, $"strike-{file}.md"),
            string.Create(CultureInfo.InvariantCulture, $"| {report.Name} | {report.At} | {ended} | {(report.Then.Length == 0 ? "nothing" : report.Then)} | {report.Version} | {report.Acknowledged}{kept} | {(report.Problem is null ? "yes" : "**no**: " + report.Problem.Split('\n')[0])} |\n"));
        File.AppendAllText(Path.Combine(folder, $"strike-{file}.log"), report + "\n");
    }
}
