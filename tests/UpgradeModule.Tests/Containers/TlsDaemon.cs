using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Containers;

/// <summary>A dockerd of its own that listens on the loopback by TLS and wants a certificate of its clients. It has a bridge of its own and touches no firewall.</summary>
internal sealed class TlsDaemon : IAsyncDisposable
{
    private readonly BackgroundProgram _program;
    private readonly TempFolder _folder;
    private readonly TestBridge _bridge;

    private TlsDaemon(BackgroundProgram program, TempFolder folder, string address, TestBridge bridge)
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
        var bridge = await TestBridge.MakeAsync();
        var program = BackgroundProgram.Start(
            dockerd!,
            [
                "--host", address, "--tlsverify", "--tlscacert", certificates.File("ca.pem"), "--tlscert", certificates.File("server-cert.pem"), "--tlskey", certificates.File("server-key.pem"),
                "--bridge=" + bridge.Name, "--iptables=false", "--ip6tables=false", "--data-root", folder.File("data"), "--exec-root", folder.File("exec"), "--pidfile", folder.File("pid"),
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
                await bridge.DisposeAsync();
                folder.Dispose();
                throw new SkipException("A second dockerd doesn't start here: " + words);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        await _bridge.DisposeAsync();
        _folder.Dispose();
    }
}
