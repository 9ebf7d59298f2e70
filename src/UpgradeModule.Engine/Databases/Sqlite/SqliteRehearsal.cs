namespace UpgradeModule.Engine.Databases.Sqlite;

/// <summary>A copy of a backup in a folder of its own, on which a clone of the application runs.</summary>
/// <param name="directory">The folder.</param>
/// <param name="path">The file in it.</param>
internal sealed class SqliteRehearsal(string directory, string path) : IRehearsalDatabase
{
    private readonly SqliteDatabase _database = new(new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = path });

    /// <inheritdoc/>
    public DatabaseAccess Access { get; } = new() { Target = new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = path } };

    /// <inheritdoc/>
    public IAppDatabase Database => _database;

    /// <inheritdoc/>
    public string Location => $"a copy in '{directory}'";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync().ConfigureAwait(false);
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }
}
