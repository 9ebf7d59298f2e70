using System.Diagnostics;
using System.Text;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Programs;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.Programs;

/// <summary>Programs on the PATH and in a container are run alike: streams, secrets, exit codes, ends.</summary>
[Collection("Containers")]
public class ProgramPlaceTests(ContainerEngineFixture docker)
{
    private static CancellationToken None => CancellationToken.None;

    public static TheoryData<string> Places { get; } = new("path", "container");

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public async Task A_secret_reaches_the_program_by_a_file_that_only_its_user_may_read_and_is_gone_after(string kind) => await InAsync(kind, async place =>
    {
        var output = new MemoryStream();
        var shell = (await place.FindAsync("sh", None))[0];
        var outcome = await place.RunAsync(new ProgramRequest
        {
            Program = shell,
            Arguments = ["-c", "echo \"$0 $WHERE\"; ls -l \"$0\" | cut -c1-10; cat \"$0\"; env | grep -c hush; echo 'it says hush; twice' >&2; cat; exit 3", ProgramRequest.PrivatePath],
            Environment = new Dictionary<string, string> { ["WHERE"] = ProgramRequest.PrivatePath },
            Private = "hush; 'x' \"$y\" `z` %s\\n\nend\n",
            PrivateSuffix = ".js",
            Secrets = ["hush; twice"],
            Output = (stream, stop) => stream.CopyToAsync(output, stop),
        }, None).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(3, outcome.ExitCode);
        var lines = Encoding.UTF8.GetString(output.ToArray()).Split('\n');
        var paths = lines[0].Split(' ');
        Assert.Equal(paths[0], paths[1]);
        Assert.EndsWith(".js", paths[0], StringComparison.Ordinal);
        Assert.Equal("-rw-------", lines[1]);
        Assert.Equal(["hush; 'x' \"$y\" `z` %s\\n", "end", "0"], lines[2..5]);
        Assert.Equal("it says ***", outcome.Complaint);
        Assert.NotEqual(0, (await place.RunAsync(new ProgramRequest { Program = shell, Arguments = ["-c", "test -e \"$0\"", paths[0]] }, None)).ExitCode);
    });

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public async Task Input_goes_in_to_its_end_with_a_secret_beside(string kind) => await InAsync(kind, async place =>
    {
        var output = new MemoryStream();
        var bytes = new byte[3_000_000];
        Random.Shared.NextBytes(bytes);
        var outcome = await place.RunAsync(new ProgramRequest
        {
            Program = (await place.FindAsync("sh", None))[0],
            Arguments = ["-c", "cat \"$0\"; cat", ProgramRequest.PrivatePath],
            Private = "secret\n",
            Input = async (stream, stop) => await stream.WriteAsync(bytes, stop),
            Output = (stream, stop) => stream.CopyToAsync(output, stop),
        }, None).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(outcome.Succeeded);
        Assert.True(output.ToArray().AsSpan().SequenceEqual((byte[])[.. "secret\n"u8, .. bytes]));
    });

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public async Task A_program_that_is_given_up_ends(string kind) => await InAsync(kind, async place =>
    {
        var mark = "um" + Guid.NewGuid().ToString("N")[..8];
        using var cancel = new CancellationTokenSource();
        var shell = (await place.FindAsync("sh", None))[0];
        var run = place.RunAsync(new ProgramRequest
        {
            Program = shell,
            Arguments = ["-c", "echo begun; while :; do sleep 0.2; done", mark],
            Private = "x",
            Output = async (stream, stop) =>
            {
                await stream.ReadExactlyAsync(new byte[6], stop);
                await cancel.CancelAsync();
                await Task.Delay(Timeout.Infinite, stop);
            },
        }, cancel.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromSeconds(30)));
        for (var since = Stopwatch.StartNew(); await LivesAsync(); await Task.Delay(200)) Assert.True(since.Elapsed < TimeSpan.FromSeconds(20), "It still runs.");

        // The brackets keep the one who looks from finding itself.
        async Task<bool> LivesAsync() => (await place.RunAsync(new ProgramRequest { Program = shell, Arguments = ["-c", $"for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$f 2>/dev/null | grep -q 'begun.*[{mark[0]}]{mark[1..]}' && exit 0; done; exit 1"] }, None)).ExitCode == 0;
    });

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public async Task A_program_that_is_not_there_is_told_from_one_that_fails(string kind) => await InAsync(kind, async place =>
    {
        Assert.Empty(await place.FindAsync("um-no-such-program", None));
        Assert.True((await place.RunAsync(new ProgramRequest { Program = "um-no-such-program" }, None)).NotFound);
        var failed = await place.RunAsync(new ProgramRequest { Program = (await place.FindAsync("sh", None))[0], Arguments = ["-c", "exit 9"] }, None);
        Assert.False(failed.NotFound || failed.Succeeded);
        Assert.Equal("it ended with exit code 9", failed.Complaint);
    });

    [SkippableFact]
    public async Task The_container_of_a_database_is_found_by_the_port_it_publishes_its_name_and_its_address_and_by_nothing_else()
    {
        docker.Require();
        var name = ContainerEngineFixture.Name("db");
        var port = SampleApps.FreePort();
        var request = new ContainerCreateRequest
        {
            Name = name,
            Config = new ContainerConfig { Image = await docker.Images.BusyBoxAsync(), Cmd = ["/bin/sh", "-c", "sleep 600"], ExposedPorts = new Dictionary<string, System.Text.Json.JsonElement> { ["3306/tcp"] = TestImages.Empty } },
            HostConfig = new HostConfig { PortBindings = new Dictionary<string, IReadOnlyList<PortBinding>?> { ["3306/tcp"] = [new PortBinding { HostIp = "127.0.0.1", HostPort = port.ToString(System.Globalization.CultureInfo.InvariantCulture) }] } },
        };
        await docker.Engine.CreateContainerAsync(request, None);
        try
        {
            await docker.Engine.StartContainerAsync(name, None);
            var inside = (await docker.Engine.InspectContainerAsync(name, None)).NetworkSettings!.Networks!.Values.First().IPAddress;
            var target = new DatabaseTarget { Engine = DatabaseEngine.MySql, Server = "localhost", Port = port };
            Assert.Equal(name, await FindAsync(target));
            Assert.Equal(name, await FindAsync(target with { Server = inside, Port = null }));
            Assert.Equal(name, await FindAsync(target with { Server = name, Port = null }));
            Assert.Null(await FindAsync(target with { Port = SampleApps.FreePort() }));
            Assert.Null(await FindAsync(target with { Server = "db.example.org" }));
            var place = new ContainerPrograms(docker.Engine, name);
            Assert.Equal(("127.0.0.1", 3306), await place.AddressAsync(target, 3306, None));
            Assert.Equal(("127.0.0.1", 3307), await place.AddressAsync(target with { Port = 3307 }, 3306, None));
            var operation = new RecordingOperation();
            await using var places = new ProgramPlaces(new DatabaseAccess { Target = target, DockerHost = docker.Address }, 3306, operation);
            Assert.Equal($"the container '{name}'", (await places.ContainerAsync(None))?.Description);
            await using var nowhere = new ProgramPlaces(new DatabaseAccess { Target = target, DockerHost = "unix:///nowhere/docker.sock" }, 3306, operation);
            Assert.Null(await nowhere.ContainerAsync(None));
        }
        finally
        {
            await docker.Engine.RemoveContainerAsync(name, force: true, volumes: true, None);
        }

        Task<string?> FindAsync(DatabaseTarget target) => DatabaseContainer.FindAsync(docker.Engine, target, 3306, None);
    }

    private async Task InAsync(string kind, Func<IProgramPlace, Task> test)
    {
        if (kind == "path")
        {
            Skip.If(OperatingSystem.IsWindows(), "There is no sh.");
            await test(new LocalPrograms());
            return;
        }

        docker.Require();
        var name = ContainerEngineFixture.Name("programs");
        await docker.Engine.CreateContainerAsync(new ContainerCreateRequest { Name = name, Config = new ContainerConfig { Image = await docker.Images.BusyBoxAsync(), Cmd = ["/bin/sh", "-c", "sleep 600"] } }, None);
        try
        {
            await docker.Engine.StartContainerAsync(name, None);
            await test(new ContainerPrograms(docker.Engine, name));
        }
        finally
        {
            await docker.Engine.RemoveContainerAsync(name, force: true, volumes: true, None);
        }
    }
}
