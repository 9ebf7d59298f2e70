using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Paths;
using UpgradeModule.Engine.Readiness;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Engine.Upgrades.MigrateDown;
using UpgradeModule.Tests.Apps;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Metabase;

/// <summary>A Metabase (the stand-in's JAR) that runs as a process on PostgreSQL, and the whole engine over it with the definition that ships.</summary>
internal sealed class MetabaseScene : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    private MetabaseScene(PostgresFixture postgres, DatabaseAccess access)
    {
        Postgres = postgres;
        Access = access;
        Engine = UpgradeEngine.Open(new EngineOptions { StorePath = _folder.File("store.db"), DefinitionsPath = Definitions.Shipped });
    }

    public PostgresFixture Postgres { get; }

    public DatabaseAccess Access { get; }

    public UpgradeEngine Engine { get; }

    public JarServer Jars { get; } = new();

    public RecordingOperation Operation { get; } = new();

    public int Port { get; } = SampleApps.FreePort();

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    public string Jar => _folder.File("app/metabase.jar");

    public string EnvironmentFile => _folder.File("app/metabase.env");

    public string LogFile => _folder.File("app/metabase.log");

    public DeploymentContext Context { get; private set; } = new();

    /// <summary>Installs a version on an empty database, gives it people and questions, starts it and waits until it is healthy.</summary>
    /// <param name="postgres">The server.</param>
    /// <param name="version">The version.</param>
    /// <param name="environment">What it is given besides.</param>
    public static async Task<MetabaseScene> StartAsync(PostgresFixture postgres, string version, params (string Name, string Value)[] environment)
    {
        var scene = await InstallAsync(postgres, version, environment);
        await scene.CommandAsync("migrate", "up");
        await scene.SeedAsync();
        await scene.RunAsync();
        return scene;
    }

    /// <summary>Installs a version; nothing is started.</summary>
    public static async Task<MetabaseScene> InstallAsync(PostgresFixture postgres, string version, params (string Name, string Value)[] environment)
    {
        postgres.Require();
        await StandInJar.RequireAsync();
        var scene = new MetabaseScene(postgres, await postgres.CreateAsync());
        Directory.CreateDirectory(scene._folder.File("app"));
        await File.WriteAllBytesAsync(scene.Jar, await StandInJar.MakeAsync(version));
        var target = scene.Access.Target;
        foreach (var (name, value) in environment.Prepend(("MB_DB_PASS", scene.Access.Credential!.Reveal())).Prepend(("MB_DB_USER", target.User!)).Prepend(("MB_DB_DBNAME", target.Name!))
            .Prepend(("MB_DB_PORT", target.Port!.Value.ToString(CultureInfo.InvariantCulture))).Prepend(("MB_DB_HOST", target.Server!)).Prepend(("MB_DB_TYPE", "postgres"))
            .Prepend(("MB_JETTY_HOST", "127.0.0.1")).Prepend(("MB_JETTY_PORT", scene.Port.ToString(CultureInfo.InvariantCulture)))) scene._environment[name] = value;
        await scene.WriteEnvironmentAsync();
        return scene;
    }

    /// <summary>Sets or removes a setting; it counts from the next start on.</summary>
    public Task SetAsync(string name, string? value)
    {
        if (value is null) _environment.Remove(name);
        else _environment[name] = value;
        return WriteEnvironmentAsync();
    }

    /// <summary>Makes the deployment of what is installed, starts it and waits until it is healthy.</summary>
    public async Task RunAsync()
    {
        await DeployAsync();
        await Engine.Services.StartAsync(Context, default);
        await Engine.Services.WaitAsync(Context, TimeSpan.FromSeconds(60), default);
    }

    /// <summary>Makes the deployment of what is installed.</summary>
    public async Task DeployAsync(AppHostSettings? settings = null)
    {
        var deployment = await Engine.Deployments.CreateAsync(
            new AppDeployment
            {
                Name = "metabase",
                App = "metabase",
                HostKind = AppHostKind.Process,
                BackupPath = _folder.File("backups"),
                Settings = (settings ?? new AppHostSettings()) with { ArtifactPath = Jar, EnvironmentFiles = [EnvironmentFile], LogPath = LogFile },
            },
            Operation,
            default);
        Context = await Engine.Deployments.OpenAsync(deployment, Operation, null, null, default);
    }

    public async Task<UpgradePath> PathAsync(string to, string? edition = null)
    {
        var installed = await Engine.Services.GetAsync(Context, default);
        return Engine.Planner.Plan(
            Context.Spec,
            new PathRequest { From = installed.Version ?? Context.Deployment.Version!, Edition = Context.Deployment.Edition, To = to, ToEdition = edition, Deployment = Context.Deployment });
    }

    public async Task<UpgradeResult> UpgradeAsync(string to, string? edition = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) => await Engine.Upgrades.RunAsync(
        Context, new UpgradeRequest { Path = await PathAsync(to, edition), BaseUrl = Jars.Url, Timeout = timeout ?? TimeSpan.FromSeconds(30) }, cancellationToken);

    public async Task<UpgradeRehearsal> RehearseAsync(string to) => await Engine.Rehearsals.RunAsync(
        Context, new UpgradeModule.Engine.Upgrades.Rehearsal.RehearsalRequest { Path = await PathAsync(to), BaseUrl = Jars.Url, Timeout = TimeSpan.FromSeconds(60) }, default);

    public Task<UpgradeResult> DownAsync(string? to, bool force = false) =>
        Engine.MigrateDown.RunAsync(Context, new MigrateDownRequest { To = to, BaseUrl = Jars.Url, Timeout = TimeSpan.FromSeconds(60), Force = force }, default);

    public async Task<ReadinessResult> ReadinessAsync(string to) =>
        await Engine.Readiness.CheckAsync(Context, new ReadinessRequest { Path = await PathAsync(to), BaseUrl = Jars.Url }, default);

    /// <summary>The version that answers and is healthy.</summary>
    public async Task<string?> AnsweredVersionAsync() => (await Engine.Services.GetAsync(Context, default)) is { Health: AppHealth.Healthy, Version: { } version } ? version.Text : null;

    /// <summary>Asks the database, as its owner.</summary>
    public Task<IReadOnlyList<string>> RowsAsync(string sql) => new MetabaseData(Access).RowsAsync(sql);

    /// <summary>Everything that people have made, row by row.</summary>
    public Task<IReadOnlyList<string>> DataAsync() => new MetabaseData(Access).AllAsync();

    /// <summary>Runs a command of the installed JAR, as an administrator would.</summary>
    public async Task<(int Code, string Output)> CommandAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("java", ["-jar", Jar, .. arguments]) { RedirectStandardOutput = true, WorkingDirectory = Path.GetDirectoryName(Jar)! };
        foreach (var (name, value) in _environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    /// <summary>People, questions, dashboards and collections.</summary>
    public Task SeedAsync() => new MetabaseData(Access).SeedAsync();

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (Context.Deployment.Name.Length > 0) await Engine.Services.StopAsync(Context, TimeSpan.FromSeconds(5), default);
        }
        finally
        {
            await Engine.DisposeAsync();
            Jars.Dispose();
            _folder.Dispose();
        }
    }

    private Task WriteEnvironmentAsync() => File.WriteAllLinesAsync(EnvironmentFile, _environment.Select(variable => $"{variable.Key}=\"{variable.Value}\""));
}
