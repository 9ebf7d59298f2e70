namespace UpgradeModule.Engine.Databases.H2;

/// <summary>A copy of a backup in a private directory.</summary>
/// <param name="directory">The directory.</param>
/// <param name="database">The copy.</param>
internal sealed class H2Scratch(string directory, H2Database database) : IScratchDatabase
{
    /// <inheritdoc/>
    public IAppDatabase Database => database;

    /// <inheritdoc/>
    public string Location => $"a copy in '{directory}' (opened by H2, every row read)";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync().ConfigureAwait(false);
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }
}
