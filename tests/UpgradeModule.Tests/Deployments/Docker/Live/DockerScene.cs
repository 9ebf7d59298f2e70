using System.Text.Json;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Deployments.Docker;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments.Docker.Live;

/// <summary>A container of version 1 of an application with images of its own, on a real engine, and the host over it. All that is made is removed.</summary>
internal sealed class DockerScene : IAsyncDisposable
{
    private readonly List<string> _volumes = [];
    private readonly List<string> _networks = [];
    private readonly List<string> _images = [];
    private readonly string _mark = ContainerEngineFixture.Name("app");

    public DockerScene(IContainerEngine engine, TestImages images)
    {
        Engine = engine;
        Images = images;
        Host = new DockerHost(ContainerEngines.Open);
        Spec = new AppSpec
        {
            Name = "thing",
            DisplayName = "Thing",
            Editions = [new EditionSpec { Id = "standard", Default = true }],
            Releases = [new ReleaseSpec { Version = "1.0.0" }, new ReleaseSpec { Version = "2.0.0" }],
            Image = new ImageSpec { Repositories = new Dictionary<string, string> { ["standard"] = Repository }, Tag = "{version}" },
            Settings = new SettingsSpec
            {
                FileSuffix = "_FILE",
                Port = "THING_PORT",
                DefaultPort = 8080,
                Secrets = ["THING_PASSWORD"],
                JavaProperties = new Dictionary<string, string> { ["thing.mode"] = "THING_MODE" },
                Database = new DatabaseSettingsSpec { Uri = "THING_DB", File = "THING_DB", DefaultEngine = "Sqlite", DefaultFile = "thing.db", Password = "THING_PASSWORD" },
            },
        };
    }

    public IContainerEngine Engine { get; }

    public TestImages Images { get; }

    public DockerHost Host { get; set; }

    public RecordingOperation Operation { get; } = new();

    public AppSpec Spec { get; set; }

    public string Name => _mark;

    public string Repository => "um-test/" + _mark;

    public DeploymentContext Context => new()
    {
        Deployment = new AppDeployment { Name = "thing", App = "thing", Edition = "standard", HostKind = AppHostKind.Docker, Version = AppVersion.Parse("1.0.0"), Settings = new AppHostSettings { Container = Name, DockerHost = Engine.Address } },
        Spec = Spec,
        Operation = Operation,
    };

    /// <summary>The image of a version: each sets a variable, a label and the like by which it is told from the other.</summary>
    /// <param name="version">1.0.0 or 2.0.0.</param>
    /// <param name="script">What it runs.</param>
    /// <param name="config">Changes its configuration.</param>
    public async Task<string> ImageAsync(string version, string script = "trap 'exit 0' TERM INT; echo I am $THING_VERSION; while true; do sleep 0.1; done", Func<ContainerConfig, ContainerConfig>? config = null)
    {
        var major = version[0];
        var usual = new ContainerConfig
        {
            Env = ["PATH=/bin", "THING_VERSION=" + version],
            Labels = new Dictionary<string, string> { ["vendor.version"] = version, [$"only.{major}"] = "yes" },
            Entrypoint = ["/run.sh"],
            Cmd = ["serve" + major],
            ExposedPorts = Marks($"808{major}/tcp"),
            Volumes = Marks("/data"),
            WorkingDir = "/work" + major,
            User = "100" + major,
            StopSignal = major == '1' ? "SIGINT" : "SIGTERM",
            Healthcheck = new HealthcheckConfig { Test = ["CMD", "true", version], Interval = 5_000_000_000, Retries = 2 },
        };
        var reference = await Images.ScriptAsync($"{Repository}:{version}", script, (config ?? (own => own))(usual));
        _images.Add(reference);
        return reference;
    }

    /// <summary>Makes the deployment's container.</summary>
    public async Task<ContainerInspect> CreateAsync(Func<ContainerCreateRequest, ContainerCreateRequest>? change = null, string? image = null, bool start = false)
    {
        var request = new ContainerCreateRequest { Name = Name, Config = new ContainerConfig { Image = image ?? await ImageAsync("1.0.0") } };
        await Engine.CreateContainerAsync((change ?? (own => own))(request), default);
        if (start) await Engine.StartContainerAsync(Name, default);
        return await Engine.InspectContainerAsync(Name, default);
    }

    public async Task<string> NetworkAsync(string what, string? subnet = null)
    {
        var name = ContainerEngineFixture.Name(what);
        await Engine.CreateNetworkAsync(name, subnet, default);
        _networks.Add(name);
        return name;
    }

    public string Volume(string what)
    {
        var name = ContainerEngineFixture.Name(what);
        _volumes.Add(name);
        return name;
    }

    public async Task<InstallSource> SourceAsync(string version = "2.0.0")
    {
        await ImageAsync(version);
        return await Host.FetchAsync(Context, new SourceRequest { Version = AppVersion.Parse(version) }, default);
    }

    /// <summary>All containers of the scene, by name.</summary>
    public async Task<IReadOnlyList<string>> ContainersAsync() =>
        [.. (await Engine.ListContainersAsync(new ContainerQuery(), default)).Select(one => one.PlainName).Where(name => name.StartsWith(Name, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public static Dictionary<string, JsonElement> Marks(params string[] keys) => keys.ToDictionary(key => key, _ => TestImages.Empty);

    public async ValueTask DisposeAsync()
    {
        foreach (var name in await ContainersAsync())
        {
            if (await Engine.FindContainerAsync(name, default) is { } container) _volumes.AddRange((container.Mounts ?? []).Where(mount => mount is { Type: "volume", Name: not null }).Select(mount => mount.Name!));
            await Engine.RemoveContainerAsync(name, force: true, volumes: true, default);
        }

        foreach (var network in _networks) await Engine.RemoveNetworkAsync(network, default);
        foreach (var volume in _volumes.Distinct()) await Engine.RemoveVolumeAsync(volume, default);
        foreach (var image in _images.Distinct()) await Engine.RemoveImageAsync(image, force: true, default);
        await Host.DisposeAsync();
    }
}
