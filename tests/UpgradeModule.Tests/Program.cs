using System.Globalization;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Deployments.Processes;
using UpgradeModule.Tests.Deployments;

namespace UpgradeModule.Tests;

/// <summary>The second process of tests that need one: it does one thing with a deployment and ends.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        try
        {
            if (args[0] == "fault") return await UpgradeModule.Tests.Upgrades.Faults.FaultProgram.RunAsync(args[1]);
            if (args[0] == "backup") return await UpgradeModule.Tests.Backups.BackupKillTests.RunAsync(args[1]);
            var host = new ProcessHost(new ArtifactFetcher());
            var context = ProcessScene.ContextOf(args[1]);
            switch (args[0])
            {
                case "start":
                    var service = await host.StartAsync(context, CancellationToken.None);
                    Console.WriteLine(service.ProcessId!.Value.ToString(CultureInfo.InvariantCulture));
                    return 0;
                case "lock":
                    await using (await host.LockAsync(context, "a test", CancellationToken.None))
                    {
                        Console.WriteLine("locked");
                        await Console.In.ReadToEndAsync();
                    }

                    return 0;
                default:
                    return 2;
            }
        }
        catch (UpgradeException failure)
        {
            Console.WriteLine(failure.ErrorId);
            return 1;
        }
    }
}
