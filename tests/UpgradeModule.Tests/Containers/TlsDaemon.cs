using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Containers;

/// <summary>A dockerd of its own that listens on the loopback by TLS and wants a certificate of its clients. It has a bridge of its own and touches no firewall.</summary>
/// <remarks>Not <c>--bridge=none</c>: a dockerd that is told so removes the machine's <c>docker0</c>, and with it the network of everybody's containers.</remarks>
internal sealed class TlsDaemon : IAsyncDisposable
{
    private readonly BackgroundProgram _program;
    private readonly TempFolder _folder;
    private readonly string _bridge;

    private TlsDaemon(BackgroundProgram program, TempFolder folder, string address, string bridge)
    {
        _bridge = bridge;
        _program = program;
        _folder = folder;
        Address = address;
    }

    public string Address { get; }

    /// <summary>Starts one; skips the test where it can't be.</summary>
    public static async Task<TlsDaemon> StartAsync(TempFolder certificates)
    {
        var dockerd = BackgroundProgram.Find("dockerd");
        Skip.If(dockerd is null || Environment.UserName != "root", "dockerd is not installed, or the user is not root.");
        var folder = new TempFolder();
        var port = SampleApps.FreePort();
        var address = string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{port}");
        var bridge = string.Create(CultureInfo.InvariantCulture, $"umtls{port}");
        Skip.IfNot(await NetworkAsync("link", "add", bridge, "type", "bridge") && await NetworkAsync("addr", "add", "172.31.250.1/24", "dev", bridge), "No bridge can be made here (ip link add).");
        var program = BackgroundProgram.Start(
            dockerd!,
            [
                "--host", address, "--tlsverify", "--tlscacert", certificates.File("ca.pem"), "--tlscert", certificates.File("server-cert.pem"), "--tlskey", certificates.File("server-key.pem"),
                "--bridge=" + bridge, "--iptables=false", "--ip6tables=false", "--data-root", folder.File("data"), "--exec-root", folder.File("exec"), "--pidfile", folder.File("pid"),
            ],
            folder.File("log"));
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port);
                return new TlsDaemon(program, folder, address, bridge);
            }
            catch (SocketException)
            {
                if (since.Elapsed < TimeSpan.FromSeconds(30) && !program.HasEnded) continue;
                var words = program.LastWords;
                await program.DisposeAsync();
                await NetworkAsync("link", "delete", bridge);
                folder.Dispose();
                throw new SkipException("A second dockerd doesn't start here: " + words);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        await NetworkAsync("link", "delete", _bridge);
        _folder.Dispose();
    }

    private static async Task<bool> NetworkAsync(params string[] arguments)
    {
        if (BackgroundProgram.Find("ip") is not { } program) return false;
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
