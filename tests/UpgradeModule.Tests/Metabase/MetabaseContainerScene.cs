using System.Globalization;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Paths;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Engine.Upgrades.MigrateDown;
using UpgradeModule.Tests.Apps;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Metabase;

/// <summary>A Metabase (the stand-in's image) in a container of the host's network, its database on this machine, and the definition that ships over it.</summary>
internal sealed class MetabaseContainerScene : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly IContainerEngine _docker;
    private readonly DatabaseAccess _access;
    private readonly LoopbackRegistry _registry;
    private readonly StandInImages _images;

    private MetabaseContainerScene(IContainerEngine docker, DatabaseAccess access, LoopbackRegistry registry)
    {
        _docker = docker;
        _access = access;
        _registry = registry;
        _images = new StandInImages(docker, registry);
        Engine = UpgradeEngine.Open(new EngineOptions { StorePath = _folder.File("store.db"), DefinitionsPath = Definitions.Shipped });
    }

    public UpgradeEngine Engine { get; }

    public RecordingOperation Operation { get; } = new();

    public string Container { get; } = ContainerEngineFixture.Name("metabase");

    public int Port { get; } = SampleApps.FreePort();

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    public MetabaseData Data => new(_access);

    public DeploymentContext Context { get; private set; } = new();

    /// <summary>Runs the first version in a container, with data, and lays the others into a registry.</summary>
    /// <param name="docker">The engine.</param>
    /// <param name="access">The database.</param>
    /// <param name="versions">The versions, the running one first.</param>
    /// <param name="environment">What it is given besides.</param>
    public static async Task<MetabaseContainerScene> StartAsync(IContainerEngine docker, DatabaseAccess access, string[] versions, params string[] environment)
    {
        await StandInJar.RequireAsync();
        await JavaFiles.LayerAsync();
        var scene = new MetabaseContainerScene(docker, access, await LoopbackRegistry.StartAsync());
        try
        {
            await scene.RunAsync(versions, environment);
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    public async Task<UpgradeResult> UpgradeAsync(string to, string? edition = null)
    {
        var installed = await Engine.Services.GetAsync(Context, default);
        var path = Engine.Planner.Plan(Context.Spec, new PathRequest { From = installed.Version!, Edition = Context.Deployment.Edition, To = to, ToEdition = edition, Deployment = Context.Deployment });
        return await Engine.Upgrades.RunAsync(Context, new UpgradeRequest { Path = path, Registry = _registry.Host, Timeout = TimeSpan.FromSeconds(60) }, default);
    }

    public async Task<UpgradeRehearsal> RehearseAsync(string to)
    {
        var installed = await Engine.Services.GetAsync(Context, default);
        var path = Engine.Planner.Plan(Context.Spec, new PathRequest { From = installed.Version!, Edition = Context.Deployment.Edition, To = to, Deployment = Context.Deployment });
        return await Engine.Rehearsals.RunAsync(Context, new UpgradeModule.Engine.Upgrades.Rehearsal.RehearsalRequest { Path = path, Registry = _registry.Host, Timeout = TimeSpan.FromSeconds(60) }, default);
    }

    public Task<UpgradeResult> DownAsync(string? to) =>
        Engine.MigrateDown.RunAsync(Context, new MigrateDownRequest { To = to, Registry = _registry.Host, Timeout = TimeSpan.FromSeconds(60) }, default);

    public Task<ContainerInspect> InspectAsync() => _docker.InspectContainerAsync(Container, default);

    /// <summary>The version that answers and is healthy.</summary>
    public async Task<string?> AnsweredVersionAsync() => (await Engine.Services.GetAsync(Context, default)) is { Health: AppHealth.Healthy, Version: { } version } ? version.Text : null;

    public async ValueTask DisposeAsync()
    {
        foreach (var one in await _docker.ListContainersAsync(new ContainerQuery(), default))
        {
            if (one.PlainName.StartsWith(Container, StringComparison.Ordinal)) await _docker.RemoveContainerAsync(one.PlainName, force: true, volumes: true, default);
        }

        await _images.DisposeAsync();
        await _registry.DisposeAsync();
        await Engine.DisposeAsync();
        _folder.Dispose();
    }

    private async Task RunAsync(string[] versions, string[] environment)
    {
        foreach (var version in versions.Skip(1)) await _images.PushAsync(version);
        var image = await _images.PushAsync(versions[0], keep: true);
        var target = _access.Target;
        string[] settings =
        [
            "MB_DB_TYPE=postgres", "MB_DB_HOST=" + target.Server, string.Create(CultureInfo.InvariantCulture, $"MB_DB_PORT={target.Port}"), "MB_DB_DBNAME=" + target.Name, "MB_DB_USER=" + target.User,
            "MB_DB_PASS=" + _access.Credential!.Reveal(), "MB_JETTY_HOST=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"MB_JETTY_PORT={Port}"), .. environment,
        ];
        var said = new Seen<LogLine>();
        var outcome = await _docker.RunAsync(
            new ContainerCreateRequest { Name = Container + "-first", Config = new ContainerConfig { Image = image, Env = settings, Cmd = ["migrate up"] }, HostConfig = new HostConfig { NetworkMode = "host" } }, said, default);
        Assert.True(outcome.ExitCode == 0, string.Join(Environment.NewLine, said.All.Select(line => line.Text)));
        await Data.SeedAsync();
        await _docker.CreateContainerAsync(
            new ContainerCreateRequest { Name = Container, Config = new ContainerConfig { Image = image, Env = settings }, HostConfig = new HostConfig { NetworkMode = "host", RestartPolicy = new RestartPolicy { Name = "unless-stopped" } } }, default);
        await _docker.StartContainerAsync(Container, default);
        var deployment = await Engine.Deployments.CreateAsync(
            new AppDeployment { Name = "metabase", App = "metabase", HostKind = AppHostKind.Docker, Url = Url, BackupPath = _folder.File("backups"), Settings = new AppHostSettings { Container = Container, DockerHost = _docker.Address } }, Operation, default);
        Context = await Engine.Deployments.OpenAsync(deployment, Operation, null, null, default);
        await Engine.Services.WaitAsync(Context, TimeSpan.FromSeconds(60), default);
    }
}
