using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Deployments.Processes;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments;

/// <summary>A deployment of the sample app on SQLite in a folder of its own; what runs at the end is ended.</summary>
internal sealed class ProcessScene : IAsyncDisposable
{
    private readonly TempFolder _folder = new();

    private ProcessScene(int port, DeploymentContext context)
    {
        Port = port;
        Context = context;
        Host = new ProcessHost(new ArtifactFetcher());
        Hosts = new AppHosts(new ArtifactFetcher());
    }

    public RecordingOperation Told { get; } = new();

    public int Port { get; }

    public DeploymentContext Context { get; set; }

    public ProcessHost Host { get; }

    public AppHosts Hosts { get; }

    public HealthProber Prober { get; } = new();

    public ServiceWaiter Waiter => new(Hosts, Prober);

    public string Folder => Path.GetDirectoryName(Context.Deployment.Settings.ArtifactPath)!;

    public string Artifact => Context.Deployment.Settings.ArtifactPath!;

    public string Log => Context.Deployment.Settings.LogPath!;

    public string Database => Path.Combine(Folder, "sampleapp.db");

    public static async Task<ProcessScene> CreateAsync(string version = "1.0.0", params string[] environment)
    {
        var port = SampleApps.FreePort();
        var scene = new ProcessScene(port, new DeploymentContext());
        var artifact = scene._folder.File(OperatingSystem.IsWindows() ? "sampleapp.exe" : "sampleapp");
        File.Copy(await SampleApps.FileAsync(version), artifact);
        scene.Context = ContextOf(artifact) with { Operation = scene.Told };
        scene.Context = scene.Context with { Deployment = scene.Context.Deployment with { Url = $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}" } };
        scene.Set(environment);
        return scene;
    }

    /// <summary>The deployment as another process makes it too.</summary>
    public static DeploymentContext ContextOf(string artifact) => new()
    {
        Spec = SampleApps.Spec,
        Deployment = new AppDeployment
        {
            Name = "scene",
            App = "sampleapp",
            Edition = "standard",
            HostKind = AppHostKind.Process,
            Settings = new AppHostSettings
            {
                Command = "{artifact}",
                ArtifactPath = artifact,
                EnvironmentFiles = [Path.Combine(Path.GetDirectoryName(artifact)!, "app.env")],
                LogPath = Path.Combine(Path.GetDirectoryName(artifact)!, "logs", "app.log"),
            },
        },
    };

    /// <summary>Writes the environment file.</summary>
    public void Set(params string[] lines) =>
        File.WriteAllLines(Path.Combine(Folder, "app.env"), [string.Create(CultureInfo.InvariantCulture, $"SAMPLEAPP_PORT={Port}"), $"SAMPLEAPP_DATABASE={Database}", .. lines]);

    public void With(Func<AppHostSettings, AppHostSettings> change) =>
        Context = Context with { Deployment = Context.Deployment with { Settings = change(Context.Deployment.Settings) } };

    public Task<AppService> StartAsync() => Host.StartAsync(Context, CancellationToken.None);

    public Task<AppService> StopAsync(TimeSpan? grace = null) => Host.StopAsync(Context, grace, CancellationToken.None);

    public Task<AppService> GetAsync() => Host.GetServiceAsync(Context, CancellationToken.None);

    public Task<AppService> WaitAsync(WaitRequest? request = null) => Waiter.WaitAsync(Context, request ?? new WaitRequest(), CancellationToken.None);

    public static async Task<T> EventuallyAsync<T>(Func<Task<T>> look, Func<T, bool> good)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var found = await look();
            if (good(found)) return found;
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(20), $"It never became so; last seen: {found}");
            await Task.Delay(25);
        }
    }

    /// <summary>Runs this test assembly as another process.</summary>
    public Process RunOther(string what)
    {
        var dll = typeof(ProcessScene).Assembly.Location;
        var start = new ProcessStartInfo("dotnet", ["exec", "--roll-forward", "Major", dll, what, Artifact]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        return Process.Start(start)!;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.FromSeconds(3));
        Prober.Dispose();
        _folder.Dispose();
    }
}
