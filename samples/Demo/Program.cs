using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Paths;
using UpgradeModule.Engine.Readiness;
using UpgradeModule.Engine.Upgrades;

namespace UpgradeModule.Samples;

/// <summary>
/// The upgrade story of samples/demo.ps1, told through the engine's .NET API: an app at 1.0 is upgraded to 2.0 by way of 1.1 while somebody
/// writes into it; then an upgrade fails half way through a migration and is taken back, data included.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        var root = FindRoot();
        var verbose = args.Contains("--verbose");
        var folder = Path.Combine(root, "output", "demo", DateTime.UtcNow.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture));
        Directory.CreateDirectory(folder);
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, press) =>
        {
            press.Cancel = true;
            stop.Cancel();
        };

        try
        {
            await SucceedAsync(root, Path.Combine(folder, "good"), new DemoConsole(verbose), stop.Token);
            await FailAndGoBackAsync(root, Path.Combine(folder, "bad"), new DemoConsole(verbose), stop.Token);
            DemoConsole.Heading("Done");
            DemoConsole.Line($"Everything that the demo made lies in {Path.GetRelativePath(Environment.CurrentDirectory, folder)}.");
            return 0;
        }
        catch (UpgradeException failure)
        {
            await Console.Error.WriteLineAsync($"{failure.ErrorId}: {failure.Message}");
            return 1;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return 130;
        }
    }

    private static async Task SucceedAsync(string root, string folder, DemoConsole console, CancellationToken cancellationToken)
    {
        DemoConsole.Heading("An app at 1.0.0, on SQLite, that somebody uses");
        await using var engine = UpgradeEngine.Open(Options(root, folder));
        var app = await InstallAsync(engine, root, folder, [], console, cancellationToken);
        await using var writer = new DemoWriter(new Uri(app.Url!));
        writer.Start();

        DemoConsole.Heading("The path to the newest release");
        var path = await PathAsync(engine, app, console, cancellationToken);
        foreach (var hop in path.Stops) DemoConsole.Line($"{hop.Order}. {hop.From} -> {hop.To}   {hop.Reason}");

        DemoConsole.Heading("Is anything in the way?");
        var context = await engine.Deployments.OpenAsync(app, console, null, null, cancellationToken);
        var readiness = await engine.Readiness.CheckAsync(context, new ReadinessRequest { Path = path, ArtifactPath = Artifacts(root) }, cancellationToken);
        DemoConsole.Line(readiness.Ready ? $"No. {readiness.Checks.Count} checks were made." : string.Join("; ", readiness.Blockers));

        DemoConsole.Heading("The upgrade");
        var result = await engine.Upgrades.RunAsync(context, new UpgradeRequest { Path = path, ArtifactPath = Artifacts(root) }, cancellationToken);
        await writer.StopAsync();
        Tell(result);
        await CheckAsync(writer);
        Expect(result.Outcome == UpgradeOutcome.Succeeded && result.Reached == path.To, "the upgrade reaches its target");

        DemoConsole.Heading("Satisfied: what was kept for the way back is dropped");
        context = await engine.Deployments.OpenAsync(app, console, null, null, cancellationToken);
        await engine.Upgrades.CompleteAsync(context, result.RunId, cancellationToken);
        await engine.Services.StopAsync(context, null, cancellationToken);
        DemoConsole.Line($"{result.Kept.Count} kept items are gone; the backup {result.Backup?.Id} stays.");
    }

    private static async Task FailAndGoBackAsync(string root, string folder, DemoConsole console, CancellationToken cancellationToken)
    {
        DemoConsole.Heading("The same again, and now a migration of 2.0.0 fails half way");
        await using var engine = UpgradeEngine.Open(Options(root, folder));
        var app = await InstallAsync(engine, root, folder, ["SAMPLEAPP_FAIL_MIGRATION=v2.00-002"], console, cancellationToken);
        await using var writer = new DemoWriter(new Uri(app.Url!));
        writer.Start();
        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);

        var path = await PathAsync(engine, app, console, cancellationToken);
        var context = await engine.Deployments.OpenAsync(app, console, null, null, cancellationToken);
        var result = await engine.Upgrades.RunAsync(context, new UpgradeRequest { Path = path, ArtifactPath = Artifacts(root) }, cancellationToken);
        await writer.StopAsync();
        Tell(result);
        await CheckAsync(writer);
        Expect(result.Outcome == UpgradeOutcome.RolledBack, "the failed upgrade is taken back");
        context = await engine.Deployments.OpenAsync(app, console, null, null, cancellationToken);
        await engine.Services.StopAsync(context, null, cancellationToken);
    }

    private static async Task<AppDeployment> InstallAsync(
        UpgradeEngine engine, string root, string folder, string[] settings, DemoConsole console, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var extension = OperatingSystem.IsWindows() ? ".exe" : "";
        var installed = Path.Combine(folder, "sampleapp" + extension);
        File.Copy(Path.Combine(Artifacts(root), "sampleapp-1.0.0" + extension), installed);
        var port = FreePort();
        var environment = Path.Combine(folder, "sampleapp.env");
        await File.WriteAllLinesAsync(
            environment,
            [$"SAMPLEAPP_PORT={port.ToString(CultureInfo.InvariantCulture)}", $"SAMPLEAPP_DATABASE={Path.Combine(folder, "notes.db")}", .. settings],
            cancellationToken);
        var app = await engine.Deployments.CreateAsync(
            new AppDeployment
            {
                Name = "notes",
                App = Path.Combine(root, "tests", "SampleApp", "sampleapp.json"),
                DefinitionPath = Path.Combine(root, "tests", "SampleApp", "sampleapp.json"),
                HostKind = AppHostKind.Process,
                Url = $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}",
                BackupPath = Path.Combine(folder, "backups"),
                Settings = new AppHostSettings { Command = "{artifact}", ArtifactPath = installed, WorkingDirectory = folder, EnvironmentFiles = [environment] },
            },
            console,
            cancellationToken);
        app = await engine.Deployments.RegisterAsync(app, replace: false, cancellationToken);
        var context = await engine.Deployments.OpenAsync(app, console, null, null, cancellationToken);
        await engine.Services.StartAsync(context, cancellationToken);
        var service = await engine.Services.WaitAsync(context, TimeSpan.FromSeconds(30), cancellationToken);
        DemoConsole.Line($"{app.Name} {service.Version} runs as process {service.ProcessId} and answers at {app.Url}.");
        return app;
    }

    private static async Task<UpgradePath> PathAsync(UpgradeEngine engine, AppDeployment app, DemoConsole console, CancellationToken cancellationToken)
    {
        await foreach (var seen in engine.Deployments.InspectAsync([app], console, TimeSpan.FromSeconds(5), cancellationToken))
        {
            var context = await engine.Deployments.OpenAsync(seen, console, null, null, cancellationToken);
            return engine.Planner.Plan(context.Spec, new PathRequest { From = seen.Version!, Edition = seen.Edition, Deployment = seen });
        }

        throw new UnreachableException();
    }

    private static void Tell(UpgradeResult result)
    {
        DemoConsole.Line($"Outcome {result.Outcome}: from {result.From}, now at {result.Reached}, backup {result.Backup?.Id} proven on {result.Backup?.ProvenOn:u}.");
        DemoConsole.Line($"Took {result.Duration.TotalSeconds:0.0} s, of which the app could not be used for {result.Downtime.TotalSeconds:0.0} s.");
        foreach (var invariant in result.InvariantsAfter) DemoConsole.Line($"{invariant.Name}: {invariant.Value}");
        if (result.Error is not null) DemoConsole.Line(result.Error);
    }

    private static async Task CheckAsync(DemoWriter writer)
    {
        var missing = await writer.MissingAsync();
        DemoConsole.Line($"{writer.Acknowledged} notes were acknowledged meanwhile, {missing.Count} of them are missing.");
        Expect(missing.Count == 0, "no acknowledged note is missing");
    }

    private static void Expect(bool condition, string what)
    {
        if (!condition) throw new UpgradeException("DemoFailed", UpgradeErrorCategory.InvalidOperation, null, $"The demo expects that {what}, and it is not so.");
    }

    private static EngineOptions Options(string root, string folder) =>
        new() { StorePath = Path.Combine(folder, "store.db"), DefinitionsPath = Path.Combine(root, "module", "apps") };

    private static string Artifacts(string root) => Path.Combine(root, "output", "sampleapp");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "UpgradeModule.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException("The demo runs from a checkout of the repository.");
    }
}
