using BenchmarkDotNet.Running;
using UpgradeModule.Benchmarks;

// dotnet run -c Release --project benchmarks/UpgradeModule.Benchmarks
BenchmarkSwitcher.FromTypes([typeof(PlannerBenchmarks)]).Run(args.Length == 0 ? ["--filter", "*"] : args);
