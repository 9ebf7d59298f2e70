namespace UpgradeModule.Engine.Databases.Postgres.Scratch;

/// <summary>A copy of a backup in a scratch database; disposing it removes the database, and the server where that was made for it.</summary>
/// <param name="database">The copy.</param>
/// <param name="location">Where it is.</param>
/// <param name="remove">Removes it.</param>
internal sealed class PostgresScratch(IAppDatabase database, string location, Func<ValueTask> remove) : IScratchDatabase
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
