namespace UpgradeModule.Engine.Databases.Sqlite;

/// <summary>A copy of a backup in a private directory.</summary>
/// <param name="directory">The directory.</param>
/// <param name="database">The copy.</param>
internal sealed class SqliteScratch(string directory, SqliteDatabase database) : IScratchDatabase
{
    /// <inheritdoc/>
    public IAppDatabase Database => database;

    /// <inheritdoc/>
    public string Location => $"a copy in '{directory}'";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync().ConfigureAwait(false);
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }
}
