namespace UpgradeModule.Engine.Databases.H2;

/// <summary>A copy of a backup in a private directory.</summary>
/// <param name="directory">The directory.</param>
/// <param name="database">The copy.</param>
/// <param name="proof">How far it is proven, for people.</param>
internal sealed class H2Scratch(string directory, H2Database database, string proof) : IScratchDatabase
{
    /// <inheritdoc/>
    public IAppDatabase Database => database;

    /// <inheritdoc/>
    public string Location => $"a copy in '{directory}' ({proof})";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync().ConfigureAwait(false);
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }
}
