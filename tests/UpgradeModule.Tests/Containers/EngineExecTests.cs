using System.Security.Cryptography;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Addresses;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Containers;

/// <summary>Commands in containers whose input and output are streams, on real engines and every way to them.</summary>
[Collection("Containers")]
public class EngineExecTests(ContainerEngineFixture docker, PodmanFixture podman) : EngineTestBase(docker, podman)
{
    private readonly ContainerEngineFixture _docker = docker;

    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task Bytes_go_in_and_come_out_as_they_are_with_errors_beside(string kind)
    {
        var (engine, images) = Require(kind);
        await RunAsync(engine, images, name => RoundTripAsync(engine, name));
    }

    [SkippableFact]
    public async Task Bytes_go_through_tls()
    {
        _docker.Require();
        using var folder = new TempFolder();
        TestCertificates.Write(folder.Path);
        await using var daemon = await TlsDaemon.StartAsync(folder);
        var variables = new Dictionary<string, string> { ["DOCKER_HOST"] = daemon.Address, ["DOCKER_TLS_VERIFY"] = "1", ["DOCKER_CERT_PATH"] = folder.Path };
        await using var engine = ContainerEngines.Open(null, new EngineEnvironment { Home = "/nonexistent", Variable = variables.GetValueOrDefault });
        await RunAsync(engine, new TestImages(engine), name => RoundTripAsync(engine, name));
    }

    [SkippableFact]
    public async Task Bytes_go_through_tcp_and_ssh()
    {
        _docker.Require();
        await RunAsync(_docker.Engine, _docker.Images, async name =>
        {
            using (var forwarder = new SocketForwarder(_docker.Address["unix://".Length..]))
            {
                await using var tcp = ContainerEngines.Open(forwarder.Address);
                await RoundTripAsync(tcp, name);
            }

            await using (var server = await LoopbackSsh.StartAsync(_docker.Address))
            {
                await using var ssh = server.Open();
                await RoundTripAsync(ssh, name);
            }
        });
    }

    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task A_command_that_ends_without_reading_all_tells_its_exit_code(string kind)
    {
        var (engine, images) = Require(kind);
        await RunAsync(engine, images, async name =>
        {
            var errors = new List<string>();
            var code = await engine.StreamAsync(name, Script("head -c 10 >/dev/null; echo enough >&2; exit 4"), new ExecStreams
            {
                OnError = errors.Add,
                Input = async (stream, stop) =>
                {
                    while (true) await stream.WriteAsync(new byte[65536], stop);
                },
            }, None).WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal(4, code);
            Assert.Equal("enough", errors[0]);
            Assert.Contains(await engine.StreamAsync(name, new ExecRequest { Cmd = ["/no/such/program"] }, new ExecStreams(), None), new[] { 126, 127 });
        });
    }

    [SkippableFact]
    public async Task What_a_reader_or_writer_throws_is_what_is_told()
    {
        _docker.Require();
        await RunAsync(_docker.Engine, _docker.Images, async name =>
        {
            var reader = await Assert.ThrowsAsync<InvalidDataException>(() => _docker.Engine.StreamAsync(name, Script("yes"), new ExecStreams { Output = (_, _) => throw new InvalidDataException("reader") }, None).WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Equal("reader", reader.Message);
            var writer = await Assert.ThrowsAsync<InvalidDataException>(() => _docker.Engine.StreamAsync(name, Script("cat"), new ExecStreams { Input = (_, _) => throw new InvalidDataException("writer") }, None).WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Equal("writer", writer.Message);
            using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _docker.Engine.StreamAsync(name, Script("sleep 100"), new ExecStreams(), cancel.Token).WaitAsync(TimeSpan.FromSeconds(30)));
        });
    }

    private static ExecRequest Script(string script) => new() { Cmd = ["/bin/sh", "-c", script] };

    private static async Task RunAsync(IContainerEngine engine, TestImages images, Func<string, Task> test)
    {
        var name = Name("exec");
        await engine.CreateContainerAsync(ScriptOf(await images.BusyBoxAsync(), name, "sleep 600"), None);
        try
        {
            await engine.StartContainerAsync(name, None);
            await test(name);
        }
        finally
        {
            await engine.RemoveContainerAsync(name, force: true, volumes: true, None);
        }
    }

    private static async Task RoundTripAsync(IContainerEngine engine, string name)
    {
        var bytes = RandomNumberGenerator.GetBytes(5_000_000);
        var back = new MemoryStream();
        var errors = new List<string>();
        var code = await engine.StreamAsync(name, Script("echo begun >&2; cat; printf 'no end' >&2; exit 5"), new ExecStreams
        {
            Input = async (stream, stop) => await new MemoryStream(bytes).CopyToAsync(stream, stop),
            Output = (stream, stop) => stream.CopyToAsync(back, stop),
            OnError = errors.Add,
        }, None).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(5, code);
        Assert.Equal(["begun", "no end"], errors);
        Assert.True(bytes.AsSpan().SequenceEqual(back.ToArray()));
    }
}
