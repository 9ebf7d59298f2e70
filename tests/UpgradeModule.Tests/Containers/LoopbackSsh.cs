using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Addresses;
using UpgradeModule.Engine.Containers.Registries;
using UpgradeModule.Engine.Containers.Transports;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Containers;

/// <summary>An sshd on the loopback that knows one key of the test, for a machine "over there" where docker is.</summary>
internal sealed class LoopbackSsh : IAsyncDisposable
{
    private readonly BackgroundProgram _program;
    private readonly TempFolder _folder;
    private readonly int _port;

    private LoopbackSsh(BackgroundProgram program, TempFolder folder, int port)
    {
        _program = program;
        _folder = folder;
        _port = port;
    }

    /// <summary>Starts one; skips the test where it can't be.</summary>
    /// <param name="docker">The engine that docker's command line talks to over there.</param>
    public static async Task<LoopbackSsh> StartAsync(string docker)
    {
        var (sshd, ssh, keygen) = (BackgroundProgram.Find("sshd"), BackgroundProgram.Find("ssh"), BackgroundProgram.Find("ssh-keygen"));
        Skip.If(sshd is null || ssh is null || keygen is null, "OpenSSH's server and client are not installed.");
        Skip.If(Environment.UserName != "root", "Only root can start an sshd that lets root in.");
        Skip.If(BackgroundProgram.Find("docker") is null, "docker's command line is not installed.");
        Directory.CreateDirectory("/run/sshd");
        var folder = new TempFolder();
        foreach (var key in new[] { "host", "known", "stranger" }) await RunAsync(keygen!, "-q", "-t", "ed25519", "-N", "", "-f", folder.File(key));
        File.Copy(folder.File("known.pub"), folder.File("authorized"));
        var port = SampleApps.FreePort();
        var number = port.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(folder.File("sshd_config"), $"Port {number}\nListenAddress 127.0.0.1\nHostKey {folder.File("host")}\nAuthorizedKeysFile {folder.File("authorized")}\nPidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\nSetEnv DOCKER_HOST={docker}\n");
        await File.WriteAllTextAsync(folder.File("known_hosts"), $"[127.0.0.1]:{number} {await File.ReadAllTextAsync(folder.File("host.pub"))}");
        foreach (var key in new[] { "known", "stranger" })
        {
            await File.WriteAllTextAsync(folder.File(key + ".config"), $"IdentityFile {folder.File(key)}\nIdentitiesOnly yes\nUserKnownHostsFile {folder.File("known_hosts")}\nGlobalKnownHostsFile none\n");
            await File.WriteAllTextAsync(folder.File(key + ".sh"), $"#!/bin/sh\nexec {ssh} -F {folder.File(key + ".config")} \"$@\"\n");
            File.SetUnixFileMode(folder.File(key + ".sh"), (UnixFileMode)0x1C0);
        }

        var program = BackgroundProgram.Start(sshd!, ["-D", "-e", "-f", folder.File("sshd_config")], folder.File("log"));
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port);
                return new LoopbackSsh(program, folder, port);
            }
            catch (SocketException)
            {
                if (since.Elapsed < TimeSpan.FromSeconds(10) && !program.HasEnded) continue;
                var words = program.LastWords;
                await program.DisposeAsync();
                folder.Dispose();
                throw new SkipException("sshd doesn't start here: " + words);
            }
        }
    }

    /// <summary>Opens the engine over there.</summary>
    /// <param name="known">Whether by the key that is known there.</param>
    public IContainerEngine Open(bool known = true)
    {
        var environment = new EngineEnvironment { Home = "/nonexistent", Variable = _ => null };
        var address = AddressResolver.Resolve(string.Create(CultureInfo.InvariantCulture, $"ssh://root@127.0.0.1:{_port}"), environment);
        return new ContainerEngine(new EngineHttp(address.Text, new SshTransport(address) { Program = _folder.File((known ? "known" : "stranger") + ".sh") }), new RegistryLogins(environment));
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
