using System.Diagnostics;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments.Docker.Live;

/// <summary>A PostgreSQL server in a container of its own, out of this machine's programs, which nobody but its network knows: it publishes nothing.</summary>
internal sealed class NeighbourPostgres : IAsyncDisposable
{
    private readonly IContainerEngine _engine;
    private string _programs = "";
    private string _socket = "/pg";

    private NeighbourPostgres(IContainerEngine engine) => _engine = engine;

    /// <summary>The network, in which it is called <c>db</c>.</summary>
    public string Network { get; } = ContainerEngineFixture.Name("net");

    /// <summary>The container.</summary>
    public string Name { get; } = ContainerEngineFixture.Name("postgres");

    /// <summary>Starts one with a database <c>sample</c>; skips the test where the programs aren't installed.</summary>
    public static async Task<NeighbourPostgres> StartAsync(IContainerEngine engine, TestImages images)
    {
        var programs = Directory.Exists("/usr/lib/postgresql") ? Directory.GetFiles("/usr/lib/postgresql", "initdb", SearchOption.AllDirectories).Order(StringComparer.Ordinal).LastOrDefault() : null;
        Skip.If(programs is null, "The programs of a PostgreSQL server (initdb) are not installed.");
        var bin = Path.GetDirectoryName(programs)!;
        var server = new NeighbourPostgres(engine) { _programs = bin };
        try
        {
            await engine.CreateNetworkAsync(server.Network, null, default);
            var script = $"{bin}/initdb -D /pg/data -U postgres -A trust -E UTF8 --locale C -N && echo 'host all all all trust' >> /pg/data/pg_hba.conf && exec {bin}/postgres -D /pg/data -k /pg -c listen_addresses='*' -c fsync=off";
            await engine.CreateContainerAsync(
                new ContainerCreateRequest
                {
                    Name = server.Name,
                    Config = new ContainerConfig { Image = await images.BusyBoxAsync(), Cmd = ["/bin/sh", "-c", script], User = "65534:65534" },
                    HostConfig = new HostConfig
                    {
                        NetworkMode = server.Network,
                        Binds = [.. new[] { "/usr", "/lib", "/lib64", "/etc/passwd", "/etc/group" }.Where(Path.Exists).Select(path => $"{path}:{path}:ro")],
                        Tmpfs = new Dictionary<string, string> { ["/pg"] = "mode=1777", ["/tmp"] = "mode=1777" },
                    },
                    Networks = new Dictionary<string, EndpointSettings> { [server.Network] = new() { Aliases = ["db"] } },
                },
                default);
            await engine.StartContainerAsync(server.Name, default);
            for (var since = Stopwatch.StartNew(); ; await Task.Delay(200))
            {
                var made = await engine.ExecuteAsync(server.Name, new ExecRequest { Cmd = [bin + "/psql", "-h", "/pg", "-U", "postgres", "-c", "CREATE DATABASE sample"] }, null, default);
                if (made.ExitCode == 0) return server;
                if (since.Elapsed > TimeSpan.FromSeconds(40)) throw new InvalidOperationException("PostgreSQL doesn't start in its container: " + made.Text);
            }
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one that outlives its container's end: its data is in a volume, its daemon starts it again, and it asks for a password, <c>secret</c>.</summary>
    public static async Task<NeighbourPostgres> StartLastingAsync(IContainerEngine engine, TestImages images)
    {
        var image = await images.PostgresAsync();
        var server = new NeighbourPostgres(engine) { _programs = PostgresFiles.Programs(15), _socket = "/var/run/postgresql" };
        try
        {
            await engine.CreateNetworkAsync(server.Network, null, default);
            await engine.CreateContainerAsync(
                new ContainerCreateRequest
                {
                    Name = server.Name,
                    Config = new ContainerConfig { Image = image, Env = ["POSTGRES_PASSWORD=secret"], StopSignal = "SIGINT" },
                    HostConfig = new HostConfig { NetworkMode = server.Network, RestartPolicy = new RestartPolicy { Name = "always" }, Binds = ["/usr/share/zoneinfo:/usr/share/zoneinfo:ro"] },
                    Networks = new Dictionary<string, EndpointSettings> { [server.Network] = new() { Aliases = ["db"] } },
                },
                default);
            await engine.StartContainerAsync(server.Name, default);
            await server.WaitAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until it answers.</summary>
    public async Task WaitAsync()
    {
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(200))
        {
            try
            {
                await AskAsync("SELECT 1");
                return;
            }
            catch (Exception failure) when (since.Elapsed < TimeSpan.FromSeconds(40) && failure is InvalidOperationException or UpgradeException)
            {
            }
        }
    }

    /// <summary>Runs a statement and gives the lines of its answer.</summary>
    public async Task<IReadOnlyList<string>> AskAsync(string sql, string database = "postgres")
    {
        var said = await _engine.ExecuteAsync(Name, new ExecRequest { Cmd = [_programs + "/psql", "-h", _socket, "-U", "postgres", "-d", database, "-At", "-c", sql] }, null, default);
        return said.ExitCode == 0 ? said.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries) : throw new InvalidOperationException(said.Text);
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.RemoveContainerAsync(Name, force: true, volumes: true, default);
        await _engine.RemoveNetworkAsync(Network, default);
    }
}
