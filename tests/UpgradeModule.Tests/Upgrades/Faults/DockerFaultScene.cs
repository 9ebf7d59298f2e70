using System.Globalization;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Deployments.Docker.Live;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades.Faults;

/// <summary>The sample app in a container, its database on a PostgreSQL server in another.</summary>
internal sealed class DockerFaultScene : IFaultScene
{
    private static int s_number;
    private readonly DockerAppScene _app;
    private readonly NeighbourPostgres _postgres;
    private readonly string _database;

    private DockerFaultScene(DockerAppScene app, NeighbourPostgres postgres, string database) => (_app, _postgres, _database) = (app, postgres, database);

    public UpgradeEngine Engine => _app.Engine;

    public DeploymentContext Context => _app.Context;

    public string Url => _app.Url;

    public string StorePath => _app.StorePath;

    public string? Registry => null;

    public string? Artifacts => null;

    public string Folder => _app.Folder;

    /// <summary>Runs 1.0.0 with a new database of a server.</summary>
    public static Task<DockerFaultScene> StartAsync(ContainerEngineFixture docker, NeighbourPostgres postgres) => StartAsync(docker.Engine, docker.Images, postgres);

    /// <summary>Runs 1.0.0 in any engine, with a new database of a server there.</summary>
    public static async Task<DockerFaultScene> StartAsync(IContainerEngine engine, TestImages images, NeighbourPostgres postgres, params (string Name, string Value)[] environment)
    {
        var database = string.Create(CultureInfo.InvariantCulture, $"fault{Interlocked.Increment(ref s_number)}");
        await postgres.AskAsync($"CREATE DATABASE {database}");
        var app = await DockerAppScene.StartAsync(
            engine,
            images,
            request => request with { HostConfig = request.HostConfig with { NetworkMode = postgres.Network } },
            [("SAMPLEAPP_DB_TYPE", "postgres"), ("SAMPLEAPP_DB_HOST", "db"), ("SAMPLEAPP_DB_NAME", database), ("SAMPLEAPP_DB_USER", "postgres"), ("SAMPLEAPP_DB_PASSWORD", "secret"), .. environment]);
        return new DockerFaultScene(app, postgres, database);
    }

    public async Task<HashSet<string>> NotesAsync() => [.. await _postgres.AskAsync("SELECT text FROM notes", _database)];

    public async Task<HashSet<string>> NotesInAsync(KeptItem item) => [.. await _postgres.AskAsync("SELECT text FROM notes", item.Location)];

    public Task<int> RunningAsync() => _app.RunningAsync();

    /// <summary>All containers of the scene.</summary>
    public Task<IReadOnlyList<string>> ContainersAsync() => _app.ContainersAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
