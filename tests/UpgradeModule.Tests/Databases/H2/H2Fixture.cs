using System.Diagnostics;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.H2;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.H2;

/// <summary>A database that a real H2 made, for one test.</summary>
internal sealed class H2Fixture : IDisposable
{
    public static readonly InvariantSpec[] Invariants = [new() { Name = "people", Sql = "SELECT COUNT(*) FROM person" }, new() { Name = "broken", Sql = "SELECT x FROM nowhere" }, new() { Name = "foreign", Sql = "SELECT 1", Engines = ["Postgres"] }];

    private readonly TempFolder _folder = new();
    private readonly string _jar;
    private readonly (string User, string Password) _logIn;

    private H2Fixture(string jar, string user, string password)
    {
        _jar = jar;
        _logIn = (user, password);
        Directory.CreateDirectory(_folder.File("it's an app"));
        File = Path.Combine(_folder.File("it's an app"), "metabase.db.mv.db");
        Database = Open();
    }

    public string File { get; }

    public H2Database Database { get; }

    public string Url => $"jdbc:h2:file:{File[..^".mv.db".Length]}";

    /// <summary>Makes a database with people, values that are odd, and a table whose name is.</summary>
    public static async Task<H2Fixture> MakeAsync(string version, string user = "", string password = "")
    {
        var fixture = new H2Fixture(await H2Jars.OfAsync(version), user, password);
        await fixture.RunAsync(
            """
            CREATE TABLE person (id INT PRIMARY KEY, name VARCHAR, note CLOB, picture BLOB);
            INSERT INTO person SELECT X, 'person ' || X, REPEAT('note ', 500) || X, NULL FROM SYSTEM_RANGE(1, 800);
            INSERT INTO person VALUES (1001, 'a "quoted", comma;' || CHAR(10) || 'line é 😀 \N', '', X'00FF22');
            INSERT INTO person VALUES (1002, '', NULL, NULL), (1003, NULL, 'x', NULL);
            CREATE SCHEMA other;
            CREATE TABLE other."odd "" näme, 'x'" ("sélect" VARCHAR);
            INSERT INTO other."odd "" näme, 'x'" VALUES ('1'), ('2');
            CREATE VIEW everybody AS SELECT * FROM person;
            """);
        return fixture;
    }

    /// <summary>Opens the database as the engine does.</summary>
    public H2Database Open(string? jar = null, string? java = null, string? path = null) => new(new DatabaseAccess
    {
        Target = new DatabaseTarget { Engine = DatabaseEngine.H2, Path = path ?? File },
        JarPath = jar ?? _jar,
        JavaProgram = java,
        Credential = _logIn.User.Length > 0 ? new DatabaseCredential(_logIn.User, _logIn.Password) : null,
    });

    public string Folder(string name) => Directory.CreateDirectory(_folder.File(name)).FullName;

    /// <summary>Runs statements with H2's own Shell, as the application would.</summary>
    public async Task RunAsync(string sql)
    {
        using var process = Process.Start(new ProcessStartInfo("java", [.. Arguments, "-sql", sql]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await said + errors);
        Assert.DoesNotContain("Error:", await said, StringComparison.Ordinal);
    }

    /// <summary>Everything that is in the database, as H2's own SCRIPT tells it.</summary>
    public async Task<string> ScriptAsync()
    {
        var target = _folder.File("script.sql");
        await RunAsync($"SCRIPT TO '{target.Replace("'", "''", StringComparison.Ordinal)}'");
        return await System.IO.File.ReadAllTextAsync(target);
    }

    /// <summary>Starts what has the database open until it is disposed, and has run a statement.</summary>
    public async Task<Holder> HoldAsync(string sql)
    {
        var process = Process.Start(new ProcessStartInfo("java", Arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteLineAsync(sql + ";\nCALL 'it ' || 'is done';");
        await process.StandardInput.FlushAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line && line.Trim() != "it is done")
        {
        }

        Assert.False(process.HasExited);
        return new Holder(process);
    }

    public async Task<BackupContent> DumpAsync(H2Database? database = null, string name = "backup")
    {
        var directory = Folder(name);
        var dump = await (database ?? Database).DumpAsync(directory, Invariants, BackupOptions.Default, new RecordingOperation(), default);
        return new BackupContent { Directory = directory, Format = dump.Format, Files = dump.Files, Tables = dump.Tables };
    }

    public async Task<long?> PeopleAsync() => (await Database.ReadInvariantsAsync(Invariants, default))[0].Value;

    public string[] Beside() => [.. Directory.GetFileSystemEntries(Path.GetDirectoryName(File)!).Select(name => Path.GetFileName(name)!).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Dispose();

    private string[] Arguments => ["-cp", _jar, "org.h2.tools.Shell", "-url", Url, "-user", _logIn.User, "-password", _logIn.Password];

    /// <summary>A process that has the database open.</summary>
    internal sealed class Holder(Process process) : IDisposable
    {
        public int Id => process.Id;

        public void Dispose()
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
