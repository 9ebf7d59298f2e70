using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine.Containers;

namespace UpgradeModule.Tests.Support;

/// <summary>
/// A Docker engine for the tests of the collection <c>Containers</c>: the one that runs on this machine, else one that is started for the time of the
/// tests where the user is root and dockerd is installed. Everything that is made in it is named by <see cref="Name"/> and removed by the test.
/// </summary>
public sealed class ContainerEngineFixture : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private BackgroundProgram? _daemon;
    private IContainerEngine? _engine;
    private static int s_number;

    /// <summary>Why there is no engine.</summary>
    public string? Missing { get; private set; }

    /// <summary>The engine's address.</summary>
    public string Address => Engine.Address;

    /// <summary>The engine.</summary>
    internal IContainerEngine Engine => _engine ?? throw new InvalidOperationException(Missing);

    /// <summary>Images to make containers of.</summary>
    internal TestImages Images => new(Engine);

    /// <summary>A name for a container, network or volume that nobody else has.</summary>
    public static string Name(string what) => string.Create(CultureInfo.InvariantCulture, $"um-test-{Environment.ProcessId}-{Interlocked.Increment(ref s_number)}-{what}");

    public async Task InitializeAsync()
    {
        if (OperatingSystem.IsWindows())
        {
            Missing = "The containers of these tests are Linux ones.";
            return;
        }

        string[] candidates = [Environment.GetEnvironmentVariable("DOCKER_HOST") ?? "", "unix:///var/run/docker.sock"];
        foreach (var address in candidates.Where(candidate => candidate.Length > 0))
        {
            _engine = ContainerEngines.Open(address);
            if (await WhyNotAsync(_engine) is not { } why) return;
            Missing = why;
            await _engine.DisposeAsync();
            _engine = null;
        }

        if (BackgroundProgram.Find("dockerd") is { } program && Environment.UserName == "root") await StartAsync(program);
    }

    public async Task DisposeAsync()
    {
        if (_engine is not null) await _engine.DisposeAsync();
        if (_daemon is not null) await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Skips the test where there is no engine.</summary>
    public void Require() => Skip.If(_engine is null, "No Docker engine: " + Missing);

    private static async Task<string?> WhyNotAsync(IContainerEngine engine)
    {
        try
        {
            await engine.GetVersionAsync(CancellationToken.None);
            return null;
        }
        catch (UpgradeException failure)
        {
            return failure.Message;
        }
    }

    private async Task StartAsync(string program)
    {
        var address = "unix://" + _folder.File("docker.sock");
        _daemon = BackgroundProgram.Start(program, ["--host", address, "--data-root", _folder.File("data"), "--exec-root", _folder.File("exec"), "--pidfile", _folder.File("pid")], _folder.File("log"));
        var engine = ContainerEngines.Open(address);
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(200))
        {
            Missing = await WhyNotAsync(engine);
            if (Missing is null) break;
            if (since.Elapsed < TimeSpan.FromSeconds(30) && !_daemon.HasEnded) continue;
            Missing = "dockerd doesn't start here: " + _daemon.LastWords;
            await engine.DisposeAsync();
            return;
        }

        _engine = engine;
    }
}
