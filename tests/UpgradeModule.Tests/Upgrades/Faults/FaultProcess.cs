using System.Diagnostics;
using System.Text.Json;
using UpgradeModule.Engine.State;
using UpgradeModule.Engine.Upgrades;

namespace UpgradeModule.Tests.Upgrades.Faults;

/// <summary>Runs this test assembly as the process that works on a run.</summary>
internal static class FaultProcess
{
    /// <summary>Starts it.</summary>
    /// <param name="scene">The application.</param>
    /// <param name="verb">What it does.</param>
    /// <param name="dieAt">The action at which it dies.</param>
    /// <param name="moment">When of it.</param>
    /// <param name="launcher">What starts it as another user.</param>
    public static Process Start(IFaultScene scene, string verb, string? dieAt = null, FaultMoment moment = default, IReadOnlyList<string>? launcher = null) => Start(scene, new FaultProgram.Order { Verb = verb, DieAt = dieAt, Moment = moment }, launcher);

    /// <summary>Starts it.</summary>
    /// <param name="scene">The application.</param>
    /// <param name="told">What it is told besides.</param>
    /// <param name="launcher">What starts it as another user.</param>
    public static Process Start(IFaultScene scene, FaultProgram.Order told, IReadOnlyList<string>? launcher)
    {
        var order = Path.Combine(scene.Folder, $"order-{Guid.NewGuid():N}.json");
        File.WriteAllText(order, JsonSerializer.Serialize(told with
        {
            Store = scene.StorePath,
            Deployment = ModelJson.Serialize(scene.Context.Deployment),
            Artifacts = scene.Artifacts,
            Registry = scene.Registry,
        }));
        string[] command = [.. launcher ?? [], .. launcher is null ? Array.Empty<string>() : ["env", "HOME=" + scene.Folder], "dotnet", "exec", "--roll-forward", "Major", typeof(FaultProcess).Assembly.Location, "fault", order];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["DOTNET_TieredPGO"] = "0";
        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end, by its own hand or not.</summary>
    /// <returns>Whether it was killed, and what it said.</returns>
    public static async Task<(bool Killed, int Code, string Said)> RunAsync(IFaultScene scene, string verb, string? dieAt = null, FaultMoment moment = default, TimeSpan? killAfter = null)
    {
        using var process = Start(scene, verb, dieAt, moment);
        var output = process.StandardOutput.ReadToEndAsync();
        var complaints = process.StandardError.ReadToEndAsync();
        if (killAfter is { } time)
        {
            await Task.WhenAny(Task.Delay(time), process.WaitForExitAsync());
            if (!process.HasExited) process.Kill();
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        return (process.ExitCode == 137, process.ExitCode, await output + await complaints);
    }
}
