using UpgradeModule.Engine.Databases.Files;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>Nobody but the application has its H2 file open: H2 lets only one process in, and a second one that wants in doesn't start.</summary>
internal sealed class DatabaseFileCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "DatabaseFile";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        // Of other engines those who hold them are sessions.
        if (context.Database is not { Engine: DatabaseEngine.H2, Path: not null } database) return [];
        await context.ReachableAsync().ConfigureAwait(false);
        var look = await ContainerLook.AtAsync(context, cancellationToken).ConfigureAwait(false);

        // A path inside a container says nothing on this machine, and a file in a container itself is opened by nobody else.
        if ((look is not null && database.FromSettings && context.Reached is null) || context.Reached?.Container is not null) return [];
        var path = (context.Reached ?? database).Path!;
        if (!File.Exists(path)) return [Finding.Blocker($"The database file '{path}' is not there: the application would begin with an empty one.", "Check the application's settings, and the directory that it runs in.", path)];
        var others = await FileUsers.OthersAsync(context, FileHolders.Find(path), cancellationToken).ConfigureAwait(false);
        return others.Count == 0
            ? []
            : [Finding.Blocker($"Others have the database file '{path}' open: {string.Join(", ", others)}.", "End them: only one process may use an H2 file.", path)];
    }
}
