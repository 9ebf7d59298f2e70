using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Paths;
using UpgradeModule.Engine.Readiness;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Tests.Apps;
using UpgradeModule.Tests.Databases.H2;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Metabase;

/// <summary>A Metabase (the stand-in's JAR with a real H2 in it) that runs as a process on an H2 file, and the whole engine over it with the definition that ships.</summary>
internal sealed class MetabaseH2Scene : IAsyncDisposable
{
    private const string H2 = "2.1.214";
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);
    private readonly string _h2;

    private MetabaseH2Scene(string h2)
    {
        _h2 = h2;
        Jars = new JarServer { H2 = h2 };
        Engine = UpgradeEngine.Open(new EngineOptions { StorePath = _folder.File("store.db"), DefinitionsPath = Definitions.Shipped });
    }

    public UpgradeEngine Engine { get; }

    public JarServer Jars { get; }

    public RecordingOperation Operation { get; } = new();

    public int Port { get; } = SampleApps.FreePort();

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    public string Jar => _folder.File("app/metabase.jar");

    public string File => _folder.File("app/metabase.db.mv.db");

    public string Store => _folder.File("store.db");

    public DeploymentContext Context { get; private set; } = new();

    /// <summary>Installs a version, gives it people and questions, starts it and waits until it is healthy.</summary>
    public static async Task<MetabaseH2Scene> StartAsync(string version, params (string Name, string Value)[] environment)
    {
        var h2 = await H2Jars.OfAsync(H2);
        await StandInJar.RequireAsync();
        var scene = new MetabaseH2Scene(h2);
        try
        {
            await scene.RunAsync(version, environment);
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    public async Task<UpgradePath> PathAsync(string to)
    {
        var installed = await Engine.Services.GetAsync(Context, default);
        return Engine.Planner.Plan(Context.Spec, new PathRequest { From = installed.Version ?? Context.Deployment.Version!, Edition = Context.Deployment.Edition, To = to, Deployment = Context.Deployment });
    }

    public async Task<UpgradeResult> UpgradeAsync(string to) => await Engine.Upgrades.RunAsync(
        Context, new UpgradeRequest { Path = await PathAsync(to), BaseUrl = Jars.Url, Timeout = TimeSpan.FromSeconds(60) }, default);

    public async Task<ReadinessResult> ReadinessAsync(string to) =>
        await Engine.Readiness.CheckAsync(Context, new ReadinessRequest { Path = await PathAsync(to), BaseUrl = Jars.Url }, default);

    /// <summary>The version that answers and is healthy.</summary>
    public async Task<string?> AnsweredVersionAsync() => (await Engine.Services.GetAsync(Context, default)) is { Health: AppHealth.Healthy, Version: { } version } ? version.Text : null;

    /// <summary>Asks the database, whether or not the application has it open.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(string sql)
    {
        await using var database = new AppDatabases().Open(new DatabaseAccess { Target = new DatabaseTarget { Engine = DatabaseEngine.H2, Path = File }, JarPath = _h2 }, NullOperationContext.Instance);
        return [.. (await database.QueryAsync(sql, default)).Select(row => string.Join('|', row))];
    }

    /// <summary>Everything that people have made, row by row, by columns that every version has.</summary>
    public Task<IReadOnlyList<string>> DataAsync() => RowsAsync(
        """
        SELECT 'user ' || id || ' ' || LOWER(email) || ' ' || last_name AS t FROM core_user WHERE email <> 'internal@metabase.com'
        UNION ALL SELECT 'question ' || id || ' ' || name || ' ' || dataset_query FROM report_card
        UNION ALL SELECT 'dashboard ' || id || ' ' || name || ' ' || description FROM report_dashboard
        UNION ALL SELECT 'collection ' || id || ' ' || name || ' ' || slug FROM collection ORDER BY 1
        """);

    /// <summary>Runs statements on the file of the stopped application.</summary>
    public async Task ChangeAsync(string sql)
    {
        var (code, output) = await JavaAsync("-cp", _h2, "org.h2.tools.Shell", "-url", $"jdbc:h2:file:{File[..^".mv.db".Length]};NON_KEYWORDS=KEY,VALUE", "-user", "", "-password", "", "-sql", sql);
        Assert.True(code == 0 && !output.Contains("Error:", StringComparison.Ordinal), output);
    }

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

    private async Task RunAsync(string version, (string Name, string Value)[] environment)
    {
        Directory.CreateDirectory(_folder.File("app"));
        await System.IO.File.WriteAllBytesAsync(Jar, await StandInJar.MakeAsync(version, h2: _h2));
        foreach (var (name, value) in environment.Append(("MB_JETTY_HOST", "127.0.0.1")).Append(("MB_JETTY_PORT", Port.ToString(CultureInfo.InvariantCulture)))) _environment[name] = value;
        await System.IO.File.WriteAllLinesAsync(_folder.File("app/metabase.env"), _environment.Select(variable => $"{variable.Key}=\"{variable.Value}\""));
        var (code, output) = await JavaAsync("-jar", Jar, "migrate", "up");
        Assert.True(code == 0, output);
        await ChangeAsync(
            """
            INSERT INTO core_user (email, first_name, last_name, password, date_joined, is_superuser, is_active) SELECT 'Person' || X || '@example.com', 'Ann', 'Müller ' || X, 'x', CURRENT_TIMESTAMP, X = 1, TRUE FROM SYSTEM_RANGE(1, 12);
            INSERT INTO metabase_database (created_at, updated_at, name, details, engine) VALUES (CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, 'Sales', '{}', 'postgres');
            INSERT INTO collection (name, slug) SELECT 'Team ' || X || ' ✓', 'team_' || X FROM SYSTEM_RANGE(1, 5);
            INSERT INTO report_card (created_at, updated_at, name, display, dataset_query, visualization_settings, creator_id, database_id) SELECT CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, 'Question ' || X, 'table', '{"n": ' || X || '}', '{}', 1, 1 FROM SYSTEM_RANGE(1, 300);
            INSERT INTO report_dashboard (created_at, updated_at, name, description, creator_id, parameters) SELECT CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, 'Board ' || X, REPEAT('ü', X), 1, '[]' FROM SYSTEM_RANGE(1, 20);
            """);
        var deployment = await Engine.Deployments.CreateAsync(
            new AppDeployment
            {
                Name = "metabase",
                App = "metabase",
                HostKind = AppHostKind.Process,
                BackupPath = _folder.File("backups"),
                Settings = new AppHostSettings { ArtifactPath = Jar, EnvironmentFiles = [_folder.File("app/metabase.env")], LogPath = _folder.File("app/metabase.log") },
            },
            Operation,
            default);
        Context = await Engine.Deployments.OpenAsync(deployment, Operation, null, null, default);
        await Engine.Services.StartAsync(Context, default);
        await Engine.Services.WaitAsync(Context, TimeSpan.FromSeconds(60), default);
    }

    private async Task<(int Code, string Output)> JavaAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("java", ["-Dfile.encoding=UTF-8", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetDirectoryName(Jar)! };
        foreach (var (name, value) in _environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }
}
