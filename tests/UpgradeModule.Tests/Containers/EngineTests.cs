using System.Formats.Tar;
using System.Text;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Containers;

/// <summary>The client on real engines, Docker and Podman alike.</summary>
[Collection("Containers")]
public class EngineTests(ContainerEngineFixture docker, PodmanFixture podman)
{
    [SkippableTheory]
    [InlineData("docker")]
    [InlineData("podman")]
    public async Task An_engine_tells_who_it_is(string kind)
    {
        var (engine, _) = Require(kind);
        var version = await engine.GetVersionAsync(CancellationToken.None);
        Assert.Equal(kind == "docker" ? "Docker" : "Podman", version.Name);
        Assert.Equal("linux", version.Os);
        Assert.InRange(version.ApiVersion, new Version(1, 41), new Version(1, 52));
        var info = await engine.GetInfoAsync(CancellationToken.None);
        Assert.NotEmpty(info.ID!);
        Assert.Equal("linux", info.OSType);
    }

    [SkippableTheory]
    [InlineData("docker")]
    [InlineData("podman")]
    public async Task A_one_off_container_gives_its_output_and_exit_code_and_is_gone(string kind)
    {
        var (engine, images) = Require(kind);
        var name = ContainerEngineFixture.Name("once");
        var seen = new Seen<LogLine>();
        var outcome = await engine.RunAsync(Request(await images.BusyBoxAsync(), name, "echo out; echo err >&2; printf 'ä without end'; exit 7"), seen, CancellationToken.None);
        Assert.Equal(7, outcome.ExitCode);
        Assert.Equal(["out", "ä without end"], outcome.Lines.Where(line => !line.IsError).Select(line => line.Text));
        Assert.Equal(["err"], outcome.Lines.Where(line => line.IsError).Select(line => line.Text));
        Assert.Equal(3, seen.All.Count);
        Assert.Null(await engine.FindContainerAsync(name, CancellationToken.None));
    }

    [SkippableFact]
    public async Task The_sample_app_runs_in_an_image_made_here()
    {
        docker.Require();
        var engine = docker.Engine;
        var version = await engine.RunAsync(new ContainerCreateRequest { Config = new ContainerConfig { Image = await docker.Images.SampleAppAsync("1.1.0"), Cmd = ["--version"] } }, null, CancellationToken.None);
        Assert.Equal("SampleApp 1.1.0", version.Text);
        var name = ContainerEngineFixture.Name("sample");
        var port = SampleApps.FreePort().ToString(System.Globalization.CultureInfo.InvariantCulture);
        await engine.CreateContainerAsync(new ContainerCreateRequest
        {
            Name = name,
            Config = new ContainerConfig { Image = await docker.Images.SampleAppAsync("2.0.0") },
            HostConfig = new HostConfig { PortBindings = new Dictionary<string, IReadOnlyList<PortBinding>?> { ["8090/tcp"] = [new PortBinding { HostIp = "127.0.0.1", HostPort = port }] } },
        }, CancellationToken.None);
        try
        {
            await engine.StartContainerAsync(name, CancellationToken.None);
            using var client = new HttpClient();
            for (var tries = 0; ; tries++)
            {
                try
                {
                    if ((await client.GetStringAsync($"http://127.0.0.1:{port}/api/health")).Contains("ok", StringComparison.Ordinal)) break;
                }
                catch (HttpRequestException) when (tries < 100)
                {
                }

                await Task.Delay(100);
            }

            Assert.Contains("2.0.0", await client.GetStringAsync($"http://127.0.0.1:{port}/api/properties"), StringComparison.Ordinal);
        }
        finally
        {
            await engine.RemoveContainerAsync(name, force: true, volumes: true, CancellationToken.None);
        }
    }

    private static ContainerCreateRequest Request(string image, string name, string script) => new() { Name = name, Config = new ContainerConfig { Image = image, Cmd = ["/bin/sh", "-c", script] } };

    private (IContainerEngine Engine, TestImages Images) Require(string kind)
    {
        if (kind == "docker")
        {
            docker.Require();
            return (docker.Engine, docker.Images);
        }

        podman.Require();
        return (podman.Engine, podman.Images);
    }
}
