namespace UpgradeModule.Engine.Databases.H2;

/// <summary>A copy of a backup in a folder of its own, on which a clone of the application runs.</summary>
/// <param name="directory">The folder.</param>
/// <param name="access">The copy.</param>
internal sealed class H2Rehearsal(string directory, DatabaseAccess access) : IRehearsalDatabase
{
    private readonly H2Database _database = new(access);

    /// <inheritdoc/>
    public DatabaseAccess Access => access;

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
