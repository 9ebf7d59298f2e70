using System.Formats.Tar;
using System.Text;
using System.Text.RegularExpressions;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Containers;

/// <summary>What goes into containers and comes out of them, on real engines.</summary>
[Collection("Containers")]
public class EngineStreamTests(ContainerEngineFixture docker, PodmanFixture podman) : EngineTestBase(docker, podman)
{
    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task A_one_off_container_gives_its_output_and_exit_code_and_is_gone(string kind)
    {
        var (engine, images) = Require(kind);
        var name = Name("once");
        var seen = new Seen<LogLine>();
        var request = ScriptOf(await images.BusyBoxAsync(), name, "echo out; echo err >&2; printf 'ä without end'; exit 7") with { HostConfig = new HostConfig { AutoRemove = true, RestartPolicy = new RestartPolicy { Name = "always" } } };
        var outcome = await engine.RunAsync(request, seen, None);
        Assert.Equal(7, outcome.ExitCode);
        Assert.Equal(["out", "ä without end"], outcome.Lines.Where(line => !line.IsError).Select(line => line.Text));
        Assert.Equal(["err"], outcome.Lines.Where(line => line.IsError).Select(line => line.Text));
        Assert.Equal(3, seen.All.Count);
        Assert.Null(await engine.FindContainerAsync(name, None));
    }

    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task A_one_off_container_that_cannot_start_or_is_cancelled_leaves_nothing(string kind)
    {
        var (engine, images) = Require(kind);
        var image = await images.BusyBoxAsync();
        var name = Name("once");
        await Assert.ThrowsAsync<UpgradeException>(() => engine.RunAsync(new ContainerCreateRequest { Name = name, Config = new ContainerConfig { Image = image, Entrypoint = ["/nothing"] } }, null, None));
        Assert.Null(await engine.FindContainerAsync(name, None));
        using var cancel = new CancellationTokenSource();
        var begun = new Cancel(cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.RunAsync(ScriptOf(image, name, "echo begun; sleep 600"), begun, cancel.Token));
        Assert.Null(await engine.FindContainerAsync(name, None));
    }

    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task A_log_tells_streams_and_times_and_can_be_cut_and_followed(string kind)
    {
        var (engine, images) = Require(kind);
        var name = Name("log");
        await engine.CreateContainerAsync(ScriptOf(await images.BusyBoxAsync(), name, "echo one; echo two >&2; sleep 1; echo; seq 1 3000; sleep 1; echo last"), None);
        try
        {
            var before = DateTimeOffset.UtcNow;
            await engine.StartContainerAsync(name, None);
            var followed = await LinesAsync(engine, name, new LogQuery { Follow = true });
            Assert.Equal(3004, followed.Count);
            Assert.Equal("last", followed[^1].Text);
            var lines = await LinesAsync(engine, name);
            Assert.Equal(3004, lines.Count);
            Assert.True(Assert.Single(lines, line => line.Text == "two").IsError);
            Assert.False(Assert.Single(lines, line => line.Text == "one").IsError);
            Assert.Single(lines, line => line.Text.Length == 0);
            Assert.Equal(Enumerable.Range(1, 3000).Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture)), lines.Where(line => line.Text.All(char.IsAsciiDigit) && line.Text.Length > 0).Select(line => line.Text));
            Assert.All(lines, line => Assert.InRange(line.Time!.Value, before.AddSeconds(-2), DateTimeOffset.UtcNow.AddSeconds(2)));
            Assert.Equal(["3000", "last"], (await LinesAsync(engine, name, new LogQuery { Tail = 2 })).Select(line => line.Text));
            Assert.Equal(["last"], (await LinesAsync(engine, name, new LogQuery { Since = lines[^1].Time })).Select(line => line.Text));
        }
        finally
        {
            await engine.RemoveContainerAsync(name, force: true, volumes: true, None);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task The_log_of_a_container_with_a_terminal_has_no_frames(string kind)
    {
        var (engine, images) = Require(kind);
        var name = Name("tty");
        var request = ScriptOf(await images.BusyBoxAsync(), name, "echo one; echo two >&2");
        await engine.CreateContainerAsync(request with { Config = request.Config with { Tty = true } }, None);
        try
        {
            await engine.StartContainerAsync(name, None);
            await engine.WaitContainerAsync(name, None);
            Assert.Equal([("one", false), ("two", false)], (await LinesAsync(engine, name)).Select(line => (WithoutLateEnd(line.Text), line.IsError)));
        }
        finally
        {
            await engine.RemoveContainerAsync(name, force: true, volumes: true, None);
        }
    }

    // Where the terminal hands on a line and its end one after the other, Podman writes the time of the end into the line.
    private static string WithoutLateEnd(string text) => Regex.Replace(text, @"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-][\d:]+) $", "");

    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task Files_go_into_a_stopped_container_and_come_out_of_it(string kind)
    {
        var (engine, images) = Require(kind);
        var name = Name("files");
        await engine.CreateContainerAsync(ScriptOf(await images.BusyBoxAsync(), name, ":"), None);
        try
        {
            var content = new byte[300_000];
            Random.Shared.NextBytes(content);
            var archive = new MemoryStream();
            await using (var writer = new TarWriter(archive, leaveOpen: true))
            {
                await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "sub/a file ü") { DataStream = new MemoryStream(content) });
                await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "sub/link") { LinkName = "a file ü" });
            }

            archive.Position = 0;
            await engine.WriteArchiveAsync(name, "/data", archive, None);
            var file = await engine.FindPathAsync(name, "/data/sub/a file ü", None);
            Assert.Equal(("a file ü", 300_000L, false), (file!.Name, file.Size, file.IsDirectory));
            Assert.True((await engine.FindPathAsync(name, "/data/sub", None))!.IsDirectory);
            Assert.Contains("a file ü", (await engine.FindPathAsync(name, "/data/sub/link", None))!.LinkTarget, StringComparison.Ordinal);
            Assert.Null(await engine.FindPathAsync(name, "/data/nothing", None));
            await using (var stream = await engine.ReadArchiveAsync(name, "/data/sub/a file ü", None))
            {
                await using var reader = new TarReader(stream);
                var entry = await reader.GetNextEntryAsync();
                Assert.Equal("a file ü", entry!.Name);
                var read = new MemoryStream();
                await entry.DataStream!.CopyToAsync(read);
                Assert.Equal(content, read.ToArray());
            }

            var missing = await Assert.ThrowsAsync<UpgradeException>(() => engine.ReadArchiveAsync(name, "/data/nothing", None));
            Assert.Equal(("ContainerPathNotFound", "/data/nothing"), (missing.ErrorId, missing.Target));
            archive.Position = 0;
            var nowhere = await Assert.ThrowsAsync<UpgradeException>(() => engine.WriteArchiveAsync(name, "/nothing/here", archive, None));
            Assert.Equal("ContainerPathNotFound", nowhere.ErrorId);
        }
        finally
        {
            await engine.RemoveContainerAsync(name, force: true, volumes: true, None);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task A_command_in_a_running_container_tells_its_output_and_exit_code(string kind)
    {
        var (engine, images) = Require(kind);
        var name = Name("exec");
        await engine.CreateContainerAsync(ScriptOf(await images.BusyBoxAsync(), name, "sleep 600"), None);
        try
        {
            var notYet = await Assert.ThrowsAsync<UpgradeException>(() => engine.ExecuteAsync(name, new ExecRequest { Cmd = ["true"] }, null, None));
            Assert.Equal("ContainerNotRunning", notYet.ErrorId);
            await engine.StartContainerAsync(name, None);
            var outcome = await engine.ExecuteAsync(name, new ExecRequest { Cmd = ["/bin/sh", "-c", "echo $WHO at $(/bin/busybox pwd) is $(id -u); echo oops >&2; exit 3"], Env = ["WHO=me"], User = "app", WorkingDir = "/tmp" }, null, None);
            Assert.Equal(3, outcome.ExitCode);
            Assert.Equal("me at /tmp is 1000", Assert.Single(outcome.Lines, line => !line.IsError).Text);
            Assert.Equal("oops", Assert.Single(outcome.Lines, line => line.IsError).Text);
        }
        finally
        {
            await engine.RemoveContainerAsync(name, force: true, volumes: true, None);
        }
    }

    [Fact]
    public async Task Frames_are_taken_apart_wherever_the_network_cuts_them()
    {
        var text = "erste Zeile ä\nzweite\r\n\nohne Ende";
        foreach (var size in Enumerable.Range(1, 40))
        {
            var frames = new MemoryStream();
            var bytes = Encoding.UTF8.GetBytes(text);
            for (var at = 0; at < bytes.Length; at += size)
            {
                var length = Math.Min(size, bytes.Length - at);
                frames.Write([1, 0, 0, 0, 0, 0, 0, (byte)length]);
                frames.Write(bytes, at, length);
                if (at == 0) frames.Write([2, 0, 0, 0, 0, 0, 0, 4, (byte)'b', (byte)'a', (byte)'d', (byte)'\n']);
            }

            var lines = new List<LogLine>();
            await foreach (var line in UpgradeModule.Engine.Containers.Streams.ContainerOutput.ReadAsync(new Trickle(frames.ToArray(), size % 7 + 1), framed: true, stamped: false, None)) lines.Add(line);
            Assert.Equal(["erste Zeile ä", "zweite", "", "ohne Ende"], lines.Where(line => !line.IsError).Select(line => line.Text));
            Assert.Equal(["bad"], lines.Where(line => line.IsError).Select(line => line.Text));
        }
    }

    [Fact]
    public async Task A_line_that_came_in_several_frames_keeps_the_first_time_only()
    {
        var frames = new MemoryStream();
        foreach (var part in new[] { "2026-01-02T03:04:05.123456789Z be", "2026-01-02T03:04:06Z gun", "2026-01-02T03:04:06Z \n", "2026-01-02T03:04:07Z 2026-01-02T03:04:07Z next\n" })
        {
            frames.Write([1, 0, 0, 0, 0, 0, 0, (byte)part.Length]);
            frames.Write(Encoding.UTF8.GetBytes(part));
        }

        var lines = new List<LogLine>();
        await foreach (var line in UpgradeModule.Engine.Containers.Streams.ContainerOutput.ReadAsync(new Trickle(frames.ToArray(), 5), framed: true, stamped: true, None)) lines.Add(UpgradeModule.Engine.Containers.Streams.LogTime.Read(line));
        Assert.Equal(["begun", "2026-01-02T03:04:07Z next"], lines.Select(line => line.Text));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(1234568), lines[0].Time);
    }

    private sealed class Cancel(CancellationTokenSource source) : IProgress<LogLine>
    {
        public void Report(LogLine value) => source.Cancel();
    }

    private sealed class Trickle(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(buffer.Length, most)], cancellationToken);
    }
}
