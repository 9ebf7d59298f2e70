using System.Diagnostics;
using System.Globalization;
using Npgsql;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;

namespace UpgradeModule.Tests.Support;

/// <summary>
/// A PostgreSQL server in a container of this machine's own programs, with an extension that keeps what its users tell it. It is reached by its own address and
/// publishes no port.
/// </summary>
public sealed class PostgresInContainerFixture : IAsyncLifetime
{
    private const int Major = 15;
    private const string Password = "hush: 'x' \"y";

    private readonly ContainerEngineFixture _docker = new();
    private readonly string _network = ContainerEngineFixture.Name("net");
    private int _number;

    /// <summary>The container's name.</summary>
    public string Name { get; } = ContainerEngineFixture.Name("postgres-tools");

    /// <summary>The engine's address.</summary>
    public string DockerHost => _docker.Address;

    /// <summary>The server's superuser.</summary>
    public DatabaseCredential Superuser { get; } = new("postgres", Password);

    internal ContainerEngineFixture Docker => _docker;

    private string? Address { get; set; }

    private string? Missing { get; set; }

    public async Task InitializeAsync()
    {
        await _docker.InitializeAsync();
        try
        {
            _docker.Require();
            await StartAsync();
        }
        catch (SkipException why)
        {
            Missing = why.Message;
        }
    }

    public async Task DisposeAsync()
    {
        if (Address is not null)
        {
            await _docker.Engine.RemoveContainerAsync(Name, force: true, volumes: true, CancellationToken.None);
            await _docker.Engine.RemoveNetworkAsync(_network, CancellationToken.None);
        }

        await _docker.DisposeAsync();
    }

    /// <summary>Skips the test where there is no such container.</summary>
    public void Require() => Skip.If(string.IsNullOrEmpty(Address), Missing);

    /// <summary>Makes a database.</summary>
    /// <param name="statements">What is in it.</param>
    /// <returns>The database, with its container named.</returns>
    public async Task<DatabaseAccess> CreateAsync(params string[] statements)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"db {Interlocked.Increment(ref _number)}");
        await RunAsync("postgres", $"CREATE DATABASE {SqlText.Name(name)}");
        await RunAsync(name, statements);
        return Access(name);
    }

    /// <summary>A database with its log-in.</summary>
    public DatabaseAccess Access(string name, bool named = true) => new()
    {
        Target = new DatabaseTarget { Engine = DatabaseEngine.Postgres, Server = Address, Name = name, User = Superuser.UserName, Container = named ? Name : null },
        Credential = Superuser,
        DockerHost = DockerHost,
    };

    /// <summary>Runs statements in a database.</summary>
    public async Task RunAsync(string database, params string[] statements)
    {
        await using var connection = new NpgsqlConnection(LogIn(database).ConnectionString("tests"));
        await connection.OpenAsync();
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    /// <summary>Asks one value.</summary>
    public async Task<string?> AskAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(LogIn(database).ConnectionString("tests"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        return await command.ExecuteScalarAsync() as string;
    }

    /// <summary>What a command in the container says.</summary>
    public async Task<string> SaysAsync(string script) => (await _docker.Engine.ExecuteAsync(Name, new ExecRequest { Cmd = ["/bin/sh", "-c", script] }, null, CancellationToken.None)).Text;

    internal PostgresLogIn LogIn(string database) => new PostgresServer(Access(database)).Live;

    private async Task StartAsync()
    {
        var engine = _docker.Engine;
        var extensions = $"/usr/share/postgresql/{Major}/extension/";
        await engine.CreateNetworkAsync(_network, null, CancellationToken.None);
        Address = "";
        await engine.CreateContainerAsync(
            new ContainerCreateRequest
            {
                Name = Name,
                HostConfig = new HostConfig { NetworkMode = _network },
                Config = new ContainerConfig { Image = await _docker.Images.PostgresAsync(Major), Env = ["POSTGRES_PASSWORD=" + Password, "PGPASSWORD=wrong", "PGUSER=nobody", "PGHOSTADDR=192.0.2.1"], User = "root", Entrypoint = ["/bin/sh", "-c", Script(extensions)] },
            },
            CancellationToken.None);
        await engine.StartContainerAsync(Name, CancellationToken.None);
        var inspect = await engine.InspectContainerAsync(Name, CancellationToken.None);
        Address = inspect.NetworkSettings!.Networks!.Values.First().IPAddress;
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(300))
        {
            try
            {
                await AskAsync("postgres", "SELECT 1");
                return;
            }
            catch (NpgsqlException) when (since.Elapsed < TimeSpan.FromMinutes(3))
            {
            }
        }
    }

    // The image is one that others use too, so what is special here is added when it starts.
    private static string Script(string extensions) => $$"""
        for one in tar mktemp gzip su; do busybox ln -sf busybox /bin/$one; done
        cat >{{extensions}}um_keeper.control <<'END'
        default_version = '1.0'
        relocatable = false
        schema = keeper
        END
        cat >{{extensions}}um_keeper--1.0.sql <<'END'
        CREATE TABLE keeper.a_child (id serial PRIMARY KEY, parent int, v text);
        CREATE TABLE keeper.b_parent (id int PRIMARY KEY, v text, own boolean DEFAULT true);
        ALTER TABLE keeper.a_child ADD FOREIGN KEY (parent) REFERENCES keeper.b_parent;
        CREATE TABLE keeper.internal (i int);
        INSERT INTO keeper.b_parent VALUES (1, 'shipped', false);
        INSERT INTO keeper.internal VALUES (1);
        SELECT pg_catalog.pg_extension_config_dump('keeper.a_child', '');
        SELECT pg_catalog.pg_extension_config_dump('keeper.a_child_id_seq', '');
        SELECT pg_catalog.pg_extension_config_dump('keeper.b_parent', 'WHERE own');
        END
        chown -R app /var/lib/postgresql
        exec su -s /bin/sh app -c 'exec /entrypoint.sh postgres'
        """;
}
