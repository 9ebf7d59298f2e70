using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Containers;

/// <summary>What the tests on real engines share.</summary>
public abstract class EngineTestBase(ContainerEngineFixture docker, PodmanFixture podman)
{
    public static TheoryData<string> Engines { get; } = new("docker", "podman");

    protected static CancellationToken None => CancellationToken.None;

    protected static string Name(string what) => ContainerEngineFixture.Name(what);

    private protected static ContainerCreateRequest ScriptOf(string image, string name, string script) => new() { Name = name, Config = new ContainerConfig { Image = image, Cmd = ["/bin/sh", "-c", script] } };

    private protected (IContainerEngine Engine, TestImages Images) Require(string kind)
    {
        if (kind == "docker")
        {
            docker.Require();
            return (docker.Engine, docker.Images);
        }

        podman.Require();
        return (podman.Engine, podman.Images);
    }

    private protected static async Task<IReadOnlyList<LogLine>> LinesAsync(IContainerEngine engine, string container, LogQuery? query = null)
    {
        var lines = new List<LogLine>();
        await foreach (var line in engine.ReadLogsAsync(container, query ?? new LogQuery(), CancellationToken.None)) lines.Add(line);
        return lines;
    }

    /// <summary>Waits until a container has written a line with a text.</summary>
    private protected static async Task AwaitLineAsync(IContainerEngine engine, string container, string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (var line in engine.ReadLogsAsync(container, new LogQuery { Follow = true }, patience.Token))
        {
            if (line.Text.Contains(text, StringComparison.Ordinal)) return;
        }

        Assert.Fail($"The container ended without '{text}'.");
    }
}
