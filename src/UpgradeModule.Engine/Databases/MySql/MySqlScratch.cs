namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>A copy of a backup in a scratch database; disposing it removes the database, and the server where that was made for it.</summary>
/// <param name="database">The copy.</param>
/// <param name="access">The copy and the log-ins for it.</param>
/// <param name="location">Where it is.</param>
/// <param name="remove">Removes it.</param>
internal sealed class MySqlScratch(IAppDatabase database, DatabaseAccess access, string location, Func<ValueTask> remove) : IRehearsalDatabase
{
    /// <inheritdoc/>
    public IAppDatabase Database => database;

    /// <inheritdoc/>
    public DatabaseAccess Access => access;

    /// <inheritdoc/>
    public string Location => location;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync().ConfigureAwait(false);
        await remove().ConfigureAwait(false);
    }
}
