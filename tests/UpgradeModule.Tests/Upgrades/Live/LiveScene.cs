using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Paths;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Engine.Upgrades.MigrateDown;
using UpgradeModule.Tests.Support;
using UpgradeModule.Tests.Upgrades.Faults;

namespace UpgradeModule.Tests.Upgrades.Live;

/// <summary>The sample app 1.0.0 as a real process with a real database, and the whole engine over it.</summary>
internal sealed class LiveScene : IFaultScene
{
    private readonly TempFolder _folder = new();
    private readonly DatabaseAccess? _postgres;
    private IDisposable? _disk;

    private LiveScene(DatabaseAccess? postgres)
    {
        _postgres = postgres;
        foreach (var folder in new[] { "app", "backups", "store" }) Directory.CreateDirectory(_folder.File(folder));
        Engine = UpgradeEngine.Open(new EngineOptions { StorePath = StorePath, DefinitionsPath = _folder.File("none") });
    }

    public string Folder => _folder.Path;

    public UpgradeEngine Engine { get; }

    public string StorePath => _folder.File("store/store.db");

    public string? Registry => null;

    public string? Artifacts { get; private set; }

    public RecordingOperation Operation { get; } = new();

    public int Port { get; } = SampleApps.FreePort();

    public string Definition { get; init; } = SampleApps.DefinitionPath;

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    public AppDeployment Deployment { get; private set; } = new();

    public DeploymentContext Context { get; private set; } = new();

    public string DatabaseFile => _folder.File("app/data.db");

    /// <summary>Installs 1.0.0, starts it and waits until it is healthy.</summary>
    /// <param name="postgres">Its database; a SQLite file where empty.</param>
    /// <param name="definition">Its definition, where it isn't the sample app's own.</param>
    /// <param name="environment">What it is given besides.</param>
    public static Task<LiveScene> StartAsync(DatabaseAccess? postgres = null, string? definition = null, params (string Name, string Value)[] environment) => StartAsync(postgres, static _ => null, definition, environment);

    /// <summary>Installs 1.0.0 in folders that are prepared first: <c>app</c>, <c>backups</c> and <c>store</c> may become disks of their own.</summary>
    /// <param name="postgres">Its database; a SQLite file where empty.</param>
    /// <param name="prepare">Is given the folder that they are in; what it gives back is disposed of with the scene.</param>
    /// <param name="definition">Its definition, where it isn't the sample app's own.</param>
    /// <param name="environment">What it is given besides.</param>
    public static async Task<LiveScene> StartAsync(DatabaseAccess? postgres, Func<string, IDisposable?> prepare, string? definition, params (string Name, string Value)[] environment)
    {
        var scene = new LiveScene(postgres) { Definition = definition ?? SampleApps.DefinitionPath };
        scene._disk = prepare(scene.Folder);
        await scene.InstallAsync(environment);
        return scene;
    }

    /// <summary>Installs 1.0.0 with settings that name its own folder.</summary>
    /// <param name="postgres">Its database; a SQLite file where empty.</param>
    /// <param name="definition">Its definition, where it isn't the sample app's own.</param>
    /// <param name="environment">What it is given besides.</param>
    public static async Task<LiveScene> StartAsync(DatabaseAccess? postgres, string? definition, Func<LiveScene, (string Name, string Value)[]> environment)
    {
        var scene = new LiveScene(postgres) { Definition = definition ?? SampleApps.DefinitionPath };
        await scene.InstallAsync(environment(scene));
        return scene;
    }

    public async Task<UpgradePath> PathAsync(string? to = null)
    {
        var installed = await Engine.Services.GetAsync(Context, default);
        return Engine.Planner.Plan(Context.Spec, new PathRequest { From = installed.Version ?? Deployment.Version!, Edition = Deployment.Edition, To = to, Deployment = Deployment });
    }

    public async Task<UpgradeResult> UpgradeAsync(CancellationToken cancellationToken = default, params string[] confirmed) => await Engine.Upgrades.RunAsync(
        Context,
        new UpgradeRequest { Path = await PathAsync(), ArtifactPath = await SampleApps.FolderAsync(), Timeout = TimeSpan.FromSeconds(60), ConfirmedSteps = confirmed },
        cancellationToken);

    public Task<UpgradeResult> DownAsync(string? to = null, CancellationToken cancellationToken = default) =>
        Engine.MigrateDown.RunAsync(Context, new MigrateDownRequest { To = to, Timeout = TimeSpan.FromSeconds(60) }, cancellationToken);

    /// <summary>Adds a setting; it counts from the next start or command on.</summary>
    public Task SetAsync(string name, string value) => File.AppendAllLinesAsync(_folder.File("app/app.env"), [name + "=" + value]);

    /// <summary>Takes a setting away again.</summary>
    public async Task ForgetAsync(string name)
    {
        var file = _folder.File("app/app.env");
        await File.WriteAllLinesAsync(file, (await File.ReadAllLinesAsync(file)).Where(line => !line.StartsWith(name + "=", StringComparison.Ordinal)));
    }

    /// <summary>How many processes run a program of this scene.</summary>
    public Task<int> RunningAsync() => Task.FromResult(Processes().Count());

    /// <summary>Ends the application as a power cut does.</summary>
    public async Task CutPowerAsync()
    {
        while (Processes().ToList() is { Count: > 0 } processes)
        {
            foreach (var path in processes)
            {
                try
                {
                    using var process = Process.GetProcessById(int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture));
                    process.Kill();
                }
                catch (ArgumentException)
                {
                    // It has just ended.
                }
            }

            await Task.Delay(10);
        }
    }

    /// <summary>Looks at the deployment afresh, as a new command would.</summary>
    public async Task ReopenAsync()
    {
        Deployment = await Engine.Deployments.CreateAsync(Deployment with { Version = null, App = Definition }, Operation, default);
        Context = await Engine.Deployments.OpenAsync(Deployment, Operation, null, null, default);
    }

    /// <summary>Asks the database.</summary>
    public async Task<IReadOnlyList<string?>> RowsAsync(string sql)
    {
        await using var database = new AppDatabases().Open(Access, NullOperationContext.Instance);
        return [.. (await database.QueryAsync(sql, default)).Select(row => row[0])];
    }

    /// <summary>The version that answers.</summary>
    public async Task<string?> AnsweredVersionAsync() => (await Engine.Services.GetAsync(Context, default)) is { Health: AppHealth.Healthy, Version: { } version } ? version.Text : null;

    /// <summary>The text of every note in the database.</summary>
    public async Task<HashSet<string>> NotesAsync()
    {
        await using var database = new AppDatabases().Open(Access, NullOperationContext.Instance);
        var rows = await database.QueryAsync("SELECT text FROM notes", default);
        return [.. rows.Select(row => row[0]!)];
    }

    /// <summary>The text of every note in a database that was kept.</summary>
    public async Task<HashSet<string>> NotesInAsync(KeptItem item)
    {
        var target = Access.Target.Engine == DatabaseEngine.Sqlite ? Access.Target with { Path = item.Location } : Access.Target with { Name = item.Location };
        await using var database = new AppDatabases().Open(new DatabaseAccess { Target = target, Credential = Access.Credential }, NullOperationContext.Instance);
        var rows = await database.QueryAsync("SELECT text FROM notes", default);
        return [.. rows.Select(row => row[0]!)];
    }

    /// <summary>Registers the deployment, so that its runs are journalled in the store.</summary>
    public async Task RegisterAsync()
    {
        Deployment = await Engine.Deployments.RegisterAsync(Deployment, replace: false, default);
        Context = await Engine.Deployments.OpenAsync(Deployment, Operation, null, null, default);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Engine.Services.StopAsync(Context, TimeSpan.FromSeconds(5), default);
        }
        finally
        {
            await Engine.DisposeAsync();
            _disk?.Dispose();
            _folder.Dispose();
        }
    }

    private IEnumerable<string> Processes() => Directory.EnumerateDirectories("/proc").Where(process => Program(process)?.StartsWith(_folder.File("app"), StringComparison.Ordinal) == true);

    private static string? Program(string process)
    {
        try
        {
            return File.ResolveLinkTarget(Path.Combine(process, "exe"), returnFinalTarget: false)?.FullName;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private DatabaseAccess Access => _postgres ?? new DatabaseAccess { Target = new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = DatabaseFile } };

    private async Task InstallAsync((string Name, string Value)[] environment)
    {
        Artifacts = await SampleApps.FolderAsync();
        var artifact = _folder.File("app/sampleapp" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        File.Copy(await SampleApps.FileAsync("1.0.0"), artifact);
        var lines = new List<string> { string.Create(CultureInfo.InvariantCulture, $"SAMPLEAPP_PORT={Port}") };
        if (_postgres is null)
        {
            lines.Add("SAMPLEAPP_DATABASE=" + DatabaseFile);
        }
        else
        {
            var target = _postgres.Target;
            lines.AddRange(["SAMPLEAPP_DB_TYPE=postgres", "SAMPLEAPP_DB_HOST=" + target.Server, string.Create(CultureInfo.InvariantCulture, $"SAMPLEAPP_DB_PORT={target.Port}"), "SAMPLEAPP_DB_NAME=" + target.Name, "SAMPLEAPP_DB_USER=" + target.User, $"SAMPLEAPP_DB_PASSWORD=\"{_postgres.Credential!.Reveal()}\""]);
        }

        lines.AddRange(environment.Select(variable => variable.Name + "=" + variable.Value));
        await File.WriteAllLinesAsync(_folder.File("app/app.env"), lines);
        var draft = new AppDeployment
        {
            Name = "sample",
            App = Definition,
            HostKind = AppHostKind.Process,
            BackupPath = _folder.File("backups"),
            Url = Url,
            Settings = new AppHostSettings { ArtifactPath = artifact, EnvironmentFiles = [_folder.File("app/app.env")] },
        };
        Deployment = await Engine.Deployments.CreateAsync(draft, Operation, default);
        Context = await Engine.Deployments.OpenAsync(Deployment, Operation, null, null, default);
        await Engine.Services.StartAsync(Context, default);
        await Engine.Services.WaitAsync(Context, TimeSpan.FromSeconds(60), default);
    }
}
