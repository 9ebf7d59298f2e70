namespace UpgradeModule.Engine.Databases.Mongo;

/// <summary>A copy of a backup in a scratch database; disposing it drops the database.</summary>
/// <param name="database">The copy.</param>
/// <param name="location">Where it is.</param>
/// <param name="remove">Drops it.</param>
internal sealed class MongoScratch(IAppDatabase database, string location, Func<Task> remove) : IScratchDatabase
{
    /// <inheritdoc/>
    public IAppDatabase Database => database;

    /// <inheritdoc/>
    public string Location => location;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync().ConfigureAwait(false);
        await remove().ConfigureAwait(false);
    }
}
