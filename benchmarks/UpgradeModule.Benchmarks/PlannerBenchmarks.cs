using BenchmarkDotNet.Attributes;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Paths;

namespace UpgradeModule.Benchmarks;

/// <summary>The bar: a full Metabase path in under 1 ms.</summary>
[MemoryDiagnoser]
public class PlannerBenchmarks
{
    private IUpgradePathPlanner _planner = null!;
    private AppSpec _metabase = null!;
    private AppSpec _overleaf = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        await using var engine = UpgradeEngine.Open(new EngineOptions
        {
            DefinitionsPath = Path.Combine(FindRoot(), "module", "apps"),
            StorePath = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "store.db"),
        });
        _planner = engine.Planner;
        _metabase = await engine.Definitions.GetAsync("metabase", CancellationToken.None);
        _overleaf = await engine.Definitions.GetAsync("overleaf", CancellationToken.None);
    }

    [Benchmark(Description = "Metabase 0.9.3 to the newest: every stop there is")]
    public UpgradePath Metabase() => _planner.Plan(_metabase, new PathRequest { From = AppVersion.Parse("0.9.3") });

    [Benchmark(Description = "Overleaf 2.0.0 to the newest: every stop and step")]
    public UpgradePath Overleaf() => _planner.Plan(_overleaf, new PathRequest { From = AppVersion.Parse("2.0.0") });

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "UpgradeModule.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException("The benchmarks run from a checkout of the repository.");
    }
}
