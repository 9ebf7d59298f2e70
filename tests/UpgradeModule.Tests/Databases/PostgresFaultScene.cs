using System.Globalization;
using Npgsql;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Tests.Databases.Managed;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

/// <summary>A database to be backed up and restored while something goes wrong, and a look at what that leaves.</summary>
internal sealed class PostgresFaultScene : IDisposable
{
    private readonly PostgresFixture _postgres;
    private string _before = "";

    private PostgresFaultScene(PostgresFixture postgres, DatabaseAccess access) => (_postgres, Access) = (postgres, access);

    public DatabaseAccess Access { get; }

    public TempFolder Folder { get; } = new();

    public string Name => Access.Target.Name!;

    private string Sessions => $"SELECT string_agg(datname || ': ' || query, '; ') FROM pg_stat_activity WHERE usename = '{Name}'";

    public static async Task<PostgresFaultScene> MakeAsync(PostgresFixture postgres, int rows = 20_000)
    {
        var scene = new PostgresFaultScene(postgres, await postgres.CreateAsync());
        await PostgresFixture.RunAsync(
            scene.Access,
            string.Create(CultureInfo.InvariantCulture, $"CREATE TABLE big AS SELECT i, encode(sha256(i::text::bytea), 'hex') AS t FROM generate_series(1, {rows}) i"), "ALTER TABLE big ADD PRIMARY KEY (i)", "CREATE INDEX ON big (t)",
            "CREATE TABLE other AS SELECT i, md5(i::text) AS t FROM big WHERE i % 2 = 0", "ALTER TABLE other ADD FOREIGN KEY (i) REFERENCES big", "CREATE MATERIALIZED VIEW m AS SELECT count(*) FROM big", "CREATE TABLE small (id serial PRIMARY KEY, t text)", "INSERT INTO small (t) VALUES ('a'), ('b')", "SELECT lo_create(0)");
        await scene.LookAsync();
        return scene;
    }

    /// <summary>Takes the data as it is now for what must stay.</summary>
    public async Task LookAsync()
    {
        _before = await new Oracle(_postgres).TextAsync(Name);
        // Else a server that starts anew would have its sequences a little ahead.
        await _postgres.AdminAsync("CHECKPOINT");
    }

    /// <summary>The database as it is reached by another port.</summary>
    public DatabaseAccess By(int port) => new() { Target = Access.Target with { Port = port }, Credential = Access.Credential };

    public async Task<BackupContent> DumpAsync(BackupOptions options, DatabaseAccess? access = null, RecordingOperation? operation = null)
    {
        if (Directory.Exists(Folder.File("data"))) Directory.Delete(Folder.File("data"), recursive: true);
        var dump = await _postgres.Open(access ?? Access).DumpAsync(Folder.Path, [], options, operation ?? new RecordingOperation(), CancellationToken.None);
        return new BackupContent { Directory = Folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables };
    }

    public async Task<RestoreOutcome> RestoreAsync(BackupContent content, DatabaseAccess? access = null, RecordingOperation? operation = null)
    {
        operation ??= new RecordingOperation();
        return await _postgres.Open(access ?? Access, operation).RestoreAsync(content, "r", operation, CancellationToken.None);
    }

    /// <summary>No file that is no whole backup, no database, no session, no password file; and the data as it was.</summary>
    /// <param name="files">How many files the folder may have.</param>
    public async Task AssertNothingIsLeftAsync(int files = 0)
    {
        Assert.Equal(files, Directory.GetFiles(Folder.Path, "*", SearchOption.AllDirectories).Length);
        await AssertNoPasswordFileIsLeftAsync();
        Assert.Equal(Name, await AskAsync($"SELECT string_agg(datname, ', ') FROM pg_database WHERE pg_get_userbyid(datdba) = '{Name}' OR datname LIKE '{Name}%'"));
        // The server sees a moment later only that nobody is there any more.
        await WaitUntilAloneAsync();
        Oracle.AssertSame(_before, await new Oracle(_postgres).TextAsync(Name));
    }

    // Other tests of this process run programs meanwhile: their files come and go, one that is left stays.
    private static async Task AssertNoPasswordFileIsLeftAsync()
    {
        var seen = Directory.GetDirectories(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"um-pass_*_{Environment.ProcessId}_*"));
        for (var tries = 0; tries < 300 && seen.Any(Directory.Exists); tries++) await Task.Delay(100);
        Assert.DoesNotContain(seen, Directory.Exists);
    }

    /// <summary>Waits until the server has no session of the scene's role any more.</summary>
    public async Task WaitUntilAloneAsync()
    {
        for (var tries = 0; tries < 300 && await AskAsync(Sessions) is not null; tries++) await Task.Delay(100);
        Assert.Null(await AskAsync(Sessions));
    }

    /// <summary>Removes what a restore kept, so that the next one begins as the first did.</summary>
    public async Task DropKeptAsync(RestoreOutcome outcome) => await _postgres.Open(Access).DropAsync(outcome.Previous, CancellationToken.None);

    public void Dispose() => Folder.Dispose();

    // A server whose backend was killed starts anew, and refuses everybody meanwhile.
    public async Task<string?> AskAsync(string sql)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await _postgres.AskAsync(sql);
            }
            catch (NpgsqlException) when (tries < 100)
            {
                await Task.Delay(100);
            }
        }
    }
}
