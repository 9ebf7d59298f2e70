using System.Text.Json;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.State;
using UpgradeModule.Engine.Upgrades;

namespace UpgradeModule.Tests.Upgrades.Faults;

/// <summary>The process that does one thing with a run and dies where it is told to: what a machine that loses its power does to a run.</summary>
internal static class FaultProgram
{
    /// <summary>What it is told.</summary>
    internal sealed record Order
    {
        public string Verb { get; init; } = "";

        public string Store { get; init; } = "";

        public string Deployment { get; init; } = "";

        public string? Artifacts { get; init; }

        public string? Registry { get; init; }

        public string? DieAt { get; init; }

        public bool AllowOutbound { get; init; }

        public FaultMoment Moment { get; init; }
    }

    public static async Task<int> RunAsync(string order)
    {
        var told = JsonSerializer.Deserialize<Order>(await File.ReadAllTextAsync(order))!;
        await using var engine = UpgradeEngine.Open(new EngineOptions { StorePath = told.Store, DefinitionsPath = told.Store + ".none", Faults = new Death(told) });
        var deployment = ModelJson.Deserialize<AppDeployment>(told.Deployment);
        var context = await engine.Deployments.OpenAsync(deployment, new Teller(), null, null, default);
        if (told.Verb == "rehearse") return await RehearseAsync(engine, context, told);
        UpgradeResult result;
        try
        {
            if (told.Verb == "start")
            {
                var service = await engine.Services.StartAsync(context, default);
                await engine.Services.WaitAsync(context, TimeSpan.FromSeconds(60), default);
                Console.WriteLine($"started {service.ProcessId}");
                return 0;
            }

            result = await DoAsync(engine, context, told);
        }
        catch (UpgradeException failure)
        {
            Console.WriteLine($"{failure.ErrorId}: {failure.Message}");
            return 1;
        }

        Console.WriteLine($"{result.Outcome}: {result.Error}");
        return 0;
    }

    private static Task<UpgradeResult> DoAsync(UpgradeEngine engine, DeploymentContext context, Order told) => told.Verb switch
    {
        "upgrade" => UpgradeAsync(engine, context, told),
        "resume" => engine.Upgrades.ResumeAsync(context, new ResumeRequest(), default),
        "down" => engine.MigrateDown.RunAsync(context, new Engine.Upgrades.MigrateDown.MigrateDownRequest { Timeout = TimeSpan.FromSeconds(60) }, default),
        "undo" => engine.Upgrades.UndoAsync(context, new Engine.Upgrades.Undo.UndoRequest { Strategy = UndoStrategy.Restore }, default),
        _ => throw new InvalidOperationException(told.Verb),
    };

    private static async Task<UpgradeResult> UpgradeAsync(UpgradeEngine engine, DeploymentContext context, Order told)
    {
        var path = engine.Planner.Plan(context.Spec, new Engine.Paths.PathRequest { From = context.Deployment.Version!, Edition = context.Deployment.Edition, Deployment = context.Deployment });
        return await engine.Upgrades.RunAsync(context, new UpgradeRequest { Path = path, ArtifactPath = told.Artifacts, Registry = told.Registry, Timeout = TimeSpan.FromSeconds(60) }, default);
    }

    private static async Task<int> RehearseAsync(UpgradeEngine engine, DeploymentContext context, Order told)
    {
        var path = engine.Planner.Plan(context.Spec, new Engine.Paths.PathRequest { From = context.Deployment.Version!, Edition = context.Deployment.Edition, Deployment = context.Deployment });
        var result = await engine.Rehearsals.RunAsync(context, new Engine.Upgrades.Rehearsal.RehearsalRequest { Path = path, ArtifactPath = told.Artifacts, Registry = told.Registry, Timeout = TimeSpan.FromSeconds(60), AllowOutbound = told.AllowOutbound }, default);
        Console.WriteLine($"healthy: {result.Healthy}, isolated: {result.Isolated}: {string.Join(Environment.NewLine, result.Problems)}");
        return 0;
    }

    private sealed class Death(Order told) : IFaultPoint
    {
        public void Reach(string action, FaultMoment moment)
        {
            Console.WriteLine($"at {action} {moment}");
            if (action != told.DieAt || moment != told.Moment) return;
            Console.Out.Flush();

            // SIGKILL: nothing is disposed of, no finally runs.
            System.Diagnostics.Process.GetCurrentProcess().Kill();
            Thread.Sleep(Timeout.Infinite);
        }
    }

    private sealed class Teller : IOperationContext
    {
        public void Verbose(string message) => Console.WriteLine($"{DateTimeOffset.UtcNow:HH:mm:ss.fff} {message}");

        public void Warning(string message) => Console.WriteLine($"{DateTimeOffset.UtcNow:HH:mm:ss.fff} WARNING {message}");

        public void Progress(OperationProgress progress)
        {
        }

        public Task<string> GetSecretAsync(string name, string? vault, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
