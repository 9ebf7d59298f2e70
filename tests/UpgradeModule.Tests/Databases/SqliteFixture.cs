using System.Globalization;
using Microsoft.Data.Sqlite;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Sqlite;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

/// <summary>A SQLite database for one test.</summary>
internal sealed class SqliteFixture : IDisposable
{
    public static readonly InvariantSpec[] Invariants = [new() { Name = "difference", Sql = "SELECT (SELECT count(*) FROM a) - (SELECT count(*) FROM b)" }, new() { Name = "broken", Sql = "SELECT x FROM nowhere" }, new() { Name = "foreign", Sql = "SELECT 1", Engines = ["Postgres"] }];

    private readonly TempFolder _folder = new();

    public SqliteFixture(string journal = "WAL", string? directory = null)
    {
        File = Path.Combine(directory ?? _folder.Path, "app data #1?.db");
        Execute($"PRAGMA journal_mode = {journal}", "CREATE TABLE a (id INTEGER PRIMARY KEY, x BLOB)", "CREATE TABLE b (id INTEGER PRIMARY KEY, x BLOB)", "CREATE TABLE \"odd \"\" näme; --\" (\"sélect\" TEXT)", "INSERT INTO \"odd \"\" näme; --\" VALUES ('é'), (NULL), (x'00ff')");
        Database = new SqliteDatabase(new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = File });
    }

    public string File { get; }

    public SqliteDatabase Database { get; }

    public string Folder(string name) => Directory.CreateDirectory(_folder.File(name)).FullName;

    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = File, Pooling = false, DefaultTimeout = 30 }.ConnectionString);
        connection.Open();
        return connection;
    }

    public void Execute(params string[] statements)
    {
        using var connection = Connect();
        foreach (var statement in statements) Execute(connection, statement);
    }

    public static void Execute(SqliteConnection connection, string statement)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    public void Fill(int rows) => Execute(string.Create(CultureInfo.InvariantCulture, $"WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {rows}) INSERT INTO a (x) SELECT randomblob(1000) FROM c"), "INSERT INTO b (x) SELECT x FROM a");

    public async Task<BackupContent> DumpAsync(string name = "backup")
    {
        var directory = Folder(name);
        var dump = await Database.DumpAsync(directory, Invariants, BackupOptions.Default, new RecordingOperation(), CancellationToken.None);
        return new BackupContent { Directory = directory, Format = dump.Format, Files = dump.Files, Tables = dump.Tables };
    }

    public async Task<string?> ScalarAsync(string sql) => (await Database.QueryAsync(sql, CancellationToken.None))[0][0];

    public void Dispose() => _folder.Dispose();
}
