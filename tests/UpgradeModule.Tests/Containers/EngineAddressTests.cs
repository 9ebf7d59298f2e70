using System.Security.Cryptography;
using System.Text;
using UpgradeModule.Engine.Containers.Addresses;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Containers;

/// <summary>Which engine is meant: given addresses, docker's variables, contexts and default sockets.</summary>
public class EngineAddressTests
{
    [Theory]
    [InlineData("unix:///var/run/docker.sock", EngineScheme.Unix, "unix:///var/run/docker.sock")]
    [InlineData(" UNIX:///run/user/1000/podman/podman.sock ", EngineScheme.Unix, "unix:///run/user/1000/podman/podman.sock")]
    [InlineData("npipe:////./pipe/docker_engine", EngineScheme.Pipe, "npipe:////./pipe/docker_engine")]
    [InlineData(@"npipe://\\.\pipe\docker_engine", EngineScheme.Pipe, "npipe:////./pipe/docker_engine")]
    [InlineData("tcp://10.0.0.1", EngineScheme.Tcp, "tcp://10.0.0.1:2375")]
    [InlineData("tcp://docker.example:4000/", EngineScheme.Tcp, "tcp://docker.example:4000")]
    [InlineData("http://[::1]:2375", EngineScheme.Tcp, "tcp://[::1]:2375")]
    [InlineData("ssh://me@host.example", EngineScheme.Ssh, "ssh://me@host.example")]
    [InlineData("ssh://host.example:2222", EngineScheme.Ssh, "ssh://host.example:2222")]
    public void Every_form_that_docker_takes_is_taken(string text, object scheme, string shown)
    {
        var address = AddressResolver.Resolve(text, Machine());
        Assert.Equal(scheme, address.Scheme);
        Assert.Equal((shown, null), (address.Text, address.Source));
        Assert.Null(address.Tls);
    }

    [Theory]
    [InlineData("/var/run/docker.sock")]
    [InlineData("unix://docker.sock")]
    [InlineData("npipe://docker_engine")]
    [InlineData("tcp://")]
    [InlineData("tcp://user@host:1")]
    [InlineData("tcp://host:1/path")]
    [InlineData("https://host:2376")]
    [InlineData("ssh://")]
    [InlineData("ssh://me:s3cret@host")]
    [InlineData("ssh://host/run/podman.sock")]
    [InlineData("ssh://-oProxyCommand=x@host")]
    [InlineData("ftp://host")]
    public void What_is_no_address_is_refused_with_the_forms_that_are(string text)
    {
        var failure = Assert.Throws<UpgradeException>(() => AddressResolver.Resolve(text, Machine()));
        Assert.Equal("ContainerAddressInvalid", failure.ErrorId);
        Assert.Contains("ssh://user@host", failure.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_order_is_the_given_address_then_the_variables_then_the_current_context_then_the_socket()
    {
        using var folder = new TempFolder();
        WriteContext(folder, "remote", "ssh://remote.example");
        WriteContext(folder, "other", "ssh://other.example");
        File.WriteAllText(folder.File("config.json"), """{ "currentContext": "remote" }""");
        var variables = new Dictionary<string, string> { ["DOCKER_CONFIG"] = folder.Path, ["DOCKER_HOST"] = "tcp://host.example:1", ["DOCKER_CONTEXT"] = "other" };
        var machine = Machine(variables, "/var/run/docker.sock");
        Assert.Equal(("unix:///given.sock", null), Of("unix:///given.sock", machine));
        Assert.Equal(("ssh://remote.example", "the docker context 'remote'"), Of("context:remote", machine));
        Assert.Equal(("tcp://host.example:1", "DOCKER_HOST"), Of(null, machine));
        variables.Remove("DOCKER_HOST");
        Assert.Equal(("ssh://other.example", "DOCKER_CONTEXT ('other')"), Of("", machine));
        variables.Remove("DOCKER_CONTEXT");
        Assert.Equal(("ssh://remote.example", "the current docker context ('remote')"), Of(null, machine));
        variables["DOCKER_CONTEXT"] = "default";
        Assert.Equal(("unix:///var/run/docker.sock", "the default socket"), Of(null, machine));
        Assert.Equal("unix:///var/run/docker.sock", Of("context:default", machine).Text);
    }

    [Theory]
    [InlineData("/var/run/docker.sock", "/var/run/docker.sock", "/run/user/7/docker.sock", "/run/user/7/podman/podman.sock")]
    [InlineData("/run/user/7/docker.sock", "/run/user/7/docker.sock", "/run/podman/podman.sock")]
    [InlineData("/home/me/.docker/run/docker.sock", "/home/me/.docker/run/docker.sock", "/run/podman/podman.sock")]
    [InlineData("/run/user/7/podman/podman.sock", "/run/user/7/podman/podman.sock", "/run/podman/podman.sock")]
    [InlineData("/run/podman/podman.sock", "/run/podman/podman.sock")]
    [InlineData("/var/run/docker.sock")]
    public void Dockers_socket_comes_before_rootless_dockers_and_podmans(string expected, params string[] there) =>
        Assert.Equal("unix://" + expected, Of(null, Machine(new() { ["XDG_RUNTIME_DIR"] = "/run/user/7" }, there)).Text);

    [Fact]
    public void On_windows_the_pipe_is_taken()
    {
        var machine = Machine() with { IsWindows = true };
        Assert.Equal("npipe:////./pipe/docker_engine", Of(null, machine).Text);
        Assert.Equal("npipe:////./pipe/podman-machine-default", Of(null, machine with { Exists = path => path == @"\\.\pipe\podman-machine-default" }).Text);
    }

    [Fact]
    public void Tls_is_taken_from_dockers_variables()
    {
        var variables = new Dictionary<string, string> { ["DOCKER_HOST"] = "tcp://host.example", ["DOCKER_TLS_VERIFY"] = "1", ["DOCKER_CERT_PATH"] = "/certs" };
        var address = AddressResolver.Resolve(null, Machine(variables));
        Assert.Equal((new EngineTls("/certs", true), 2376), (address.Tls, address.Port));
        Assert.Equal(new EngineTls("/certs", true), AddressResolver.Resolve("tcp://given.example:1", Machine(variables)).Tls);
        variables.Remove("DOCKER_TLS_VERIFY");
        Assert.Null(AddressResolver.Resolve(null, Machine(variables)).Tls);
        variables["DOCKER_TLS"] = "1";
        Assert.Equal(new EngineTls("/certs", false), AddressResolver.Resolve(null, Machine(variables)).Tls);
        variables.Remove("DOCKER_CERT_PATH");
        Assert.Equal(new EngineTls(Path.Combine("/home/me", ".docker"), false), AddressResolver.Resolve(null, Machine(variables)).Tls);
    }

    [Fact]
    public void A_contexts_own_certificates_are_taken()
    {
        using var folder = new TempFolder();
        var id = WriteContext(folder, "tls", "tcp://tls.example:2376");
        var machine = Machine(new() { ["DOCKER_CONFIG"] = folder.Path });
        Assert.Null(AddressResolver.Resolve("context:tls", machine).Tls);
        var certificates = Path.Combine(folder.Path, "contexts", "tls", id, "docker");
        Directory.CreateDirectory(certificates);
        Assert.Equal(new EngineTls(certificates, true), AddressResolver.Resolve("context:tls", machine).Tls);
        WriteContext(folder, "tls", "tcp://tls.example:2376", skip: true);
        Assert.Equal(new EngineTls(certificates, false), AddressResolver.Resolve("context:tls", machine).Tls);
    }

    [Fact]
    public void A_context_that_is_missing_or_broken_is_said()
    {
        using var folder = new TempFolder();
        var machine = Machine(new() { ["DOCKER_CONFIG"] = folder.Path });
        Assert.Equal("ContainerContextNotFound", Assert.Throws<UpgradeException>(() => AddressResolver.Resolve("context:nobody", machine)).ErrorId);
        var id = WriteContext(folder, "broken", "x");
        var file = Path.Combine(folder.Path, "contexts", "meta", id, "meta.json");
        foreach (var text in new[] { "{", "[]", """{"Endpoints":{}}""", """{"Endpoints":{"docker":{"Host":7}}}""" })
        {
            File.WriteAllText(file, text);
            var failure = Assert.Throws<UpgradeException>(() => AddressResolver.Resolve("context:broken", machine));
            Assert.Equal(("ContainerConfigInvalid", file), (failure.ErrorId, failure.Target));
        }

        File.WriteAllText(folder.File("config.json"), "{ \"auths\": { \"r\": { \"auth\": \"dXNlcjpzM2NyZXQ=\" \"x\" } } }");
        var config = Assert.Throws<UpgradeException>(() => AddressResolver.Resolve(null, machine));
        Assert.Equal("ContainerConfigInvalid", config.ErrorId);
        Assert.DoesNotContain("dXNlcjpzM2NyZXQ", config.ToString(), StringComparison.Ordinal);
    }

    internal static string WriteContext(TempFolder config, string name, string host, bool skip = false)
    {
        var id = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name))).ToLowerInvariant();
        var folder = Path.Combine(config.Path, "contexts", "meta", id);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "meta.json"), $$$"""{"Name":"{{{name}}}","Metadata":{"Description":"x"},"Endpoints":{"docker":{"Host":"{{{host}}}","SkipTLSVerify":{{{(skip ? "true" : "false")}}} } } }""");
        return id;
    }

    private static EngineEnvironment Machine(Dictionary<string, string>? variables = null, params string[] there) => new()
    {
        Home = "/home/me",
        IsWindows = false,
        Variable = name => variables?.GetValueOrDefault(name),
        Exists = path => there.Contains(path),
    };

    private static (string Text, string? Source) Of(string? address, EngineEnvironment machine)
    {
        var resolved = AddressResolver.Resolve(address, machine);
        return (resolved.Text, resolved.Source);
    }
}
