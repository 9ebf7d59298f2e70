using System.Globalization;
using System.Net;
using System.Net.Sockets;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Addresses;
using UpgradeModule.Engine.Containers.Transports;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Containers;

/// <summary>How engines are reached, and what is said where they aren't.</summary>
[Collection("Containers")]
public class EngineTransportTests(ContainerEngineFixture docker)
{
    [SkippableFact]
    public async Task An_engine_answers_by_tcp_without_tls()
    {
        docker.Require();
        using var forwarder = new SocketForwarder(docker.Address["unix://".Length..]);
        await using var engine = ContainerEngines.Open(forwarder.Address, Machine(new()));
        Assert.Equal("Docker", (await engine.GetVersionAsync(CancellationToken.None)).Name);
        Assert.Null(await engine.FindContainerAsync("um-test-nobody", CancellationToken.None));
    }

    [SkippableFact]
    public async Task An_engine_answers_by_docker_host_and_by_the_current_context()
    {
        docker.Require();
        using var folder = new TempFolder();
        EngineAddressTests.WriteContext(folder, "mine", docker.Address);
        await File.WriteAllTextAsync(folder.File("config.json"), """{ "currentContext": "mine" }""");
        foreach (var variables in new Dictionary<string, string>[] { new() { ["DOCKER_CONFIG"] = folder.Path }, new() { ["DOCKER_HOST"] = docker.Address }, new() { ["DOCKER_CONFIG"] = folder.Path, ["DOCKER_CONTEXT"] = "mine" } })
        {
            await using var engine = ContainerEngines.Open(null, Machine(variables));
            Assert.Equal(docker.Address, engine.Address);
            Assert.Equal("Docker", (await engine.GetVersionAsync(CancellationToken.None)).Name);
        }
    }

    [SkippableFact]
    public async Task By_tls_the_certificates_of_both_sides_are_looked_at()
    {
        docker.Require();
        using var folder = new TempFolder();
        TestCertificates.Write(folder.Path);
        await using var daemon = await TlsDaemon.StartAsync(folder);
        await using (var engine = ContainerEngines.Open(null, Machine(new() { ["DOCKER_HOST"] = daemon.Address, ["DOCKER_TLS_VERIFY"] = "1", ["DOCKER_CERT_PATH"] = folder.Path })))
        {
            Assert.Equal("Docker", (await engine.GetVersionAsync(CancellationToken.None)).Name);
            Assert.Empty(await engine.ListContainersAsync(new ContainerQuery(), CancellationToken.None));
        }

        using var config = new TempFolder();
        var id = EngineAddressTests.WriteContext(config, "tls", daemon.Address);
        var store = Path.Combine(config.Path, "contexts", "tls", id, "docker");
        Directory.CreateDirectory(store);
        foreach (var name in new[] { "ca.pem", "cert.pem", "key.pem" }) File.Copy(folder.File(name), Path.Combine(store, name));
        await using (var engine = ContainerEngines.Open("context:tls", Machine(new() { ["DOCKER_CONFIG"] = config.Path })))
        {
            Assert.Equal("Docker", (await engine.GetVersionAsync(CancellationToken.None)).Name);
        }

        using var strange = new TempFolder();
        TestCertificates.Write(strange.Path);
        var variables = new Dictionary<string, string> { ["DOCKER_TLS_VERIFY"] = "1", ["DOCKER_CERT_PATH"] = strange.Path };
        var untrusted = await FailAsync(daemon.Address, variables);
        Assert.Contains("not trusted", untrusted.Message, StringComparison.Ordinal);
        Assert.Contains("ca.pem", untrusted.Remedy, StringComparison.Ordinal);
        variables["DOCKER_CERT_PATH"] = folder.Path;
        Assert.Contains("another host", (await FailAsync(daemon.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), variables)).Message, StringComparison.Ordinal);
        File.Delete(folder.File("cert.pem"));
        Assert.Equal("ContainerEngineUnreachable", (await FailAsync(daemon.Address, variables)).ErrorId);
        var plain = await FailAsync(daemon.Address, new());
        Assert.Contains("DOCKER_TLS_VERIFY", plain.Remedy, StringComparison.Ordinal);
        variables["DOCKER_CERT_PATH"] = strange.Path;
        await File.WriteAllTextAsync(strange.File("key.pem"), "no key");
        Assert.Equal("ContainerConfigInvalid", (await FailAsync(daemon.Address, variables)).ErrorId);
    }

    [SkippableFact]
    public async Task By_ssh_the_other_machines_docker_is_asked()
    {
        docker.Require();
        await using var server = await LoopbackSsh.StartAsync(docker.Address);
        await using (var engine = server.Open())
        {
            Assert.Equal("Docker", (await engine.GetVersionAsync(CancellationToken.None)).Name);
            Assert.Null(await engine.FindContainerAsync("um-test-nobody", CancellationToken.None));
            Assert.NotEmpty((await engine.GetInfoAsync(CancellationToken.None)).ID!);
        }

        await using var stranger = server.Open(known: false);
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => stranger.GetVersionAsync(CancellationToken.None));
        Assert.Equal("ContainerEngineUnreachable", failure.ErrorId);
        Assert.Contains("Permission denied", failure.Message, StringComparison.Ordinal);
        Assert.Contains("key", failure.Remedy, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Without_a_socket_or_with_nobody_behind_it_the_message_says_which()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has pipes.");
        using var folder = new TempFolder();
        var missing = await FailAsync("unix://" + folder.File("none.sock"), new());
        Assert.Contains("there is no such socket", missing.Message, StringComparison.Ordinal);
        var path = folder.File("dead.sock");
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)) socket.Bind(new UnixDomainSocketEndPoint(path));
        // Disposing takes the file away: a daemon that was killed leaves it.
        using var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        left.Bind(new UnixDomainSocketEndPoint(path));
        var dead = await FailAsync("unix://" + path, new());
        Assert.Contains("the engine is down", dead.Message, StringComparison.Ordinal);
        Assert.Contains("systemctl start docker", dead.Remedy, StringComparison.Ordinal);
        var host = await FailAsync(null, new() { ["DOCKER_HOST"] = "unix:///nowhere.sock" });
        Assert.Contains("DOCKER_HOST", host.Remedy, StringComparison.Ordinal);
        var tcp = await FailAsync($"tcp://127.0.0.1:{SampleApps.FreePort().ToString(CultureInfo.InvariantCulture)}", new());
        Assert.Equal(("ContainerEngineUnreachable", UpgradeErrorCategory.ConnectionError), (tcp.ErrorId, tcp.Category));
        Assert.Equal("ContainerEngineUnreachable", (await FailAsync("npipe:////./pipe/docker_engine", new())).ErrorId);
    }

    [SkippableFact]
    public async Task Without_the_right_to_the_socket_the_group_is_named()
    {
        Skip.If(OperatingSystem.IsWindows() || Environment.UserName != "root" , "It takes root, who can act as somebody without the right.");
        using var folder = new TempFolder();
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0x1ED);
        var path = folder.File("closed.sock");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        using (var change = System.Diagnostics.Process.Start("chgrp", ["daemon", path])) await change.WaitForExitAsync();
        var address = AddressResolver.Resolve("unix://" + path, Machine(new()));
        var said = OtherUser.Run(() => new UnixSocketTransport(address).ConnectAsync(CancellationToken.None));
        var failure = Assert.IsType<UpgradeException>(said);
        Assert.Equal(("ContainerEngineUnreachable", UpgradeErrorCategory.PermissionDenied), (failure.ErrorId, failure.Category));
        Assert.Contains("the group 'daemon'", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_takes_a_connection_and_says_nothing_can_be_given_up()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var engine = ContainerEngines.Open($"tcp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}", Machine(new()));
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.GetVersionAsync(cancel.Token));
    }

    private static EngineEnvironment Machine(Dictionary<string, string> variables) => new() { Home = "/nonexistent", Variable = variables.GetValueOrDefault };

    private static async Task<UpgradeException> FailAsync(string? address, Dictionary<string, string> variables)
    {
        await using var engine = ContainerEngines.Open(address, Machine(variables));
        return await Assert.ThrowsAsync<UpgradeException>(() => engine.GetVersionAsync(CancellationToken.None));
    }
}
