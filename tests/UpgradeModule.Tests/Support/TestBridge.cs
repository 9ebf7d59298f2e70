using System.Diagnostics;
using System.Globalization;

namespace UpgradeModule.Tests.Support;

/// <summary>A bridge for a dockerd of a test's own, which goes with it.</summary>
/// <remarks>Never <c>--bridge=none</c>: a dockerd that is told so removes the machine's <c>docker0</c>, and with it the network of everybody's containers.</remarks>
internal sealed class TestBridge : IAsyncDisposable
{
    private static int s_count;

    private TestBridge(string name) => Name = name;

    public string Name { get; }

    /// <summary>Makes one; skips the test where that can't be.</summary>
    public static async Task<TestBridge> MakeAsync()
    {
        var number = Interlocked.Increment(ref s_count);
        var bridge = new TestBridge(string.Create(CultureInfo.InvariantCulture, $"um{Environment.ProcessId}x{number}"));
        var address = string.Create(CultureInfo.InvariantCulture, $"172.30.{(Environment.ProcessId + number) % 250}.1/24");
        var made = await RunAsync("link", "add", bridge.Name, "type", "bridge");
        if (made && await RunAsync("addr", "add", address, "dev", bridge.Name)) return bridge;
        if (made) await bridge.DisposeAsync();
        throw new SkipException("No bridge can be made here (ip link add).");
    }

    public async ValueTask DisposeAsync() => await RunAsync("link", "delete", Name);

    private static async Task<bool> RunAsync(params string[] arguments)
    {
        if (BackgroundProgram.Find("ip") is not { } program) return false;
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
