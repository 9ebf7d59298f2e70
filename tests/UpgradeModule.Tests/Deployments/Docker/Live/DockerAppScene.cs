using System.Globalization;
using System.Text.Json.Nodes;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Paths;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments.Docker.Live;

/// <summary>The sample app 1.0.0 in a container, and the whole engine over it.</summary>
internal sealed class DockerAppScene : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly IContainerEngine _docker;

    private DockerAppScene(IContainerEngine docker)
    {
        _docker = docker;
        Engine = UpgradeEngine.Open(new EngineOptions { StorePath = _folder.File("store.db"), DefinitionsPath = _folder.File("none") });
    }

    public UpgradeEngine Engine { get; }

    public string StorePath => _folder.File("store.db");

    public string Folder => _folder.File("");

    public RecordingOperation Operation { get; } = new();

    /// <summary>The repository of its images.</summary>
    public string Repository { get; private set; } = "";

    public string Container { get; } = ContainerEngineFixture.Name("live");

    public int Port { get; } = SampleApps.FreePort();

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    public AppDeployment Deployment { get; private set; } = new();

    public DeploymentContext Context { get; private set; } = new();

    /// <summary>Writes the sample app's definition with its images.</summary>
    /// <param name="path">Where.</param>
    /// <param name="repository">The images' repository.</param>
    public static async Task<string> DefineAsync(string path, string repository)
    {
        var definition = JsonNode.Parse(await File.ReadAllTextAsync(SampleApps.DefinitionPath))!;
        definition["image"] = new JsonObject { ["repositories"] = new JsonObject { ["standard"] = repository }, ["tag"] = "{version}", ["artifact"] = "/app/sampleapp", ["dataPath"] = "/data" };
        await File.WriteAllTextAsync(path, definition.ToJsonString());
        return path;
    }

    /// <summary>Runs 1.0.0 in a container, registers it and waits until it is healthy.</summary>
    /// <param name="docker">The engine.</param>
    /// <param name="images">Its images.</param>
    /// <param name="change">Changes the container before it is made.</param>
    /// <param name="environment">What it is given besides.</param>
    public static async Task<DockerAppScene> StartAsync(IContainerEngine docker, TestImages images, Func<ContainerCreateRequest, ContainerCreateRequest>? change = null, params (string Name, string Value)[] environment)
    {
        var scene = new DockerAppScene(docker);
        foreach (var version in new[] { "1.1.0", "2.0.0" }) await images.SampleAppAsync(version);
        var image = await images.SampleAppAsync("1.0.0");
        scene.Repository = image[..image.LastIndexOf(':')];
        var request = new ContainerCreateRequest
        {
            Name = scene.Container,
            Config = new ContainerConfig { Image = image, Env = [.. environment.Select(variable => $"{variable.Name}={variable.Value}")] },
            HostConfig = new HostConfig
            {
                RestartPolicy = new RestartPolicy { Name = "unless-stopped" },
                PortBindings = new Dictionary<string, IReadOnlyList<PortBinding>?> { ["8090/tcp"] = [new PortBinding { HostIp = "127.0.0.1", HostPort = scene.Port.ToString(CultureInfo.InvariantCulture) }] },
            },
        };
        await docker.CreateContainerAsync((change ?? (own => own))(request), default);
        await docker.StartContainerAsync(scene.Container, default);
        await scene.RegisterAsync();
        return scene;
    }

    public async Task<UpgradeResult> UpgradeAsync(CancellationToken cancellationToken = default)
    {
        var installed = await Engine.Services.GetAsync(Context, default);
        var path = Engine.Planner.Plan(Context.Spec, new PathRequest { From = installed.Version ?? Deployment.Version!, Edition = Deployment.Edition, Deployment = Deployment });
        return await Engine.Upgrades.RunAsync(Context, new UpgradeRequest { Path = path, Timeout = TimeSpan.FromSeconds(60) }, cancellationToken);
    }

    /// <summary>The version that answers.</summary>
    public async Task<string?> AnsweredVersionAsync() => (await Engine.Services.GetAsync(Context, default)) is { Health: AppHealth.Healthy, Version: { } version } ? version.Text : null;

    /// <summary>The text of every note, as the application itself tells it.</summary>
    public async Task<HashSet<string>> NotesAsync()
    {
        using var http = new HttpClient();
        var notes = JsonNode.Parse(await http.GetStringAsync(Url + "/api/notes?limit=1000000"))!;
        return [.. notes["notes"]!.AsArray().Select(note => note!["text"]!.GetValue<string>())];
    }

    /// <summary>All containers of the scene.</summary>
    public async Task<IReadOnlyList<string>> ContainersAsync() =>
        [.. (await _docker.ListContainersAsync(new ContainerQuery(), default)).Select(one => one.PlainName).Where(name => name.StartsWith(Container, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>How many containers of the scene run.</summary>
    public async Task<int> RunningAsync() =>
        (await _docker.ListContainersAsync(new ContainerQuery(), default)).Count(one => one.PlainName.StartsWith(Container, StringComparison.Ordinal) && one.State == "running");

    public Task<ContainerInspect> InspectAsync() => _docker.InspectContainerAsync(Container, default);

    public async ValueTask DisposeAsync()
    {
        var volumes = new HashSet<string>();
        foreach (var name in await ContainersAsync())
        {
            if (await _docker.FindContainerAsync(name, default) is { } container) volumes.UnionWith((container.Mounts ?? []).Where(mount => mount.Type == "volume").Select(mount => mount.Name!));
            await _docker.RemoveContainerAsync(name, force: true, volumes: true, default);
        }

        foreach (var volume in volumes) await _docker.RemoveVolumeAsync(volume, default);
        await Engine.DisposeAsync();
        _folder.Dispose();
    }

    private async Task RegisterAsync()
    {
        var draft = new AppDeployment
        {
            Name = "sample",
            App = await DefineAsync(_folder.File("sampleapp.json"), Repository),
            HostKind = AppHostKind.Docker,
            BackupPath = _folder.File("backups"),
            Settings = new AppHostSettings { Container = Container, DockerHost = _docker.Address },
        };
        Deployment = await Engine.Deployments.CreateAsync(draft, Operation, default);
        Context = await Engine.Deployments.OpenAsync(Deployment, Operation, null, null, default);
        await Engine.Services.WaitAsync(Context, TimeSpan.FromSeconds(60), default);
    }
}
