using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Tests.Apps;

namespace UpgradeModule.Tests.Support;

/// <summary>The sample app: its versions, built once for all tests, and its definition.</summary>
internal static class SampleApps
{
    public static string DefinitionPath { get; } = Path.Combine(Definitions.Root, "tests", "SampleApp", "sampleapp.json");

    private static readonly Lazy<Task<string>> Built = new(BuildAsync);
    private static readonly Lazy<AppSpec> Definition = new(() => Definitions.Load(DefinitionPath));

    public static AppSpec Spec => Definition.Value;

    /// <summary>The folder with the versions.</summary>
    public static Task<string> FolderAsync() => Built.Value;

    /// <summary>The file of a version.</summary>
    public static async Task<string> FileAsync(string version) => Path.Combine(await FolderAsync(), "sampleapp-" + version + (OperatingSystem.IsWindows() ? ".exe" : ""));

    /// <summary>A port that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<string> BuildAsync()
    {
        var start = new ProcessStartInfo("dotnet", ["build", Path.Combine(Definitions.Root, "tests", "SampleApp"), "-t:PublishAll", "-v", "q", "-nologo"]) { RedirectStandardOutput = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var build = Process.Start(start)!;
        var output = await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();
        Assert.True(build.ExitCode == 0, output);
        return Path.Combine(Definitions.Root, "output", "sampleapp");
    }
}
