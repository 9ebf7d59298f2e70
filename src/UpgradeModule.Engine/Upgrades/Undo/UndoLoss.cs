using UpgradeModule.Engine.Backups;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades.Undo;

/// <summary>Counts how many rows, by table, the live data has more than the data that comes back.</summary>
internal static class UndoLoss
{
    // It is told before a person answers: what takes longer than this is not worth the wait.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Counts them.</summary>
    /// <param name="services">The other rooms.</param>
    /// <param name="context">The deployment.</param>
    /// <param name="source">Where the data comes from.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The tables with newer rows; <see langword="null"/> where it can't be told.</returns>
    public static async Task<IReadOnlyList<TableCount>?> CountAsync(UpgradeServices services, DeploymentContext context, UndoSource source, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            var database = await services.OpenDatabase(context, limit.Token).ConfigureAwait(false);
            await using (database.ConfigureAwait(false))
            {
                var now = await database.CountRowsAsync(limit.Token).ConfigureAwait(false);
                var then = await ThenAsync(services, context, database.Target, source, limit.Token).ConfigureAwait(false);
                return Newer(now, then);
            }
        }
        catch (Exception failure) when (failure is UpgradeException or IOException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            context.Operation.Verbose($"How much newer data there is can't be told: {failure.Message}");
            return null;
        }
    }

    /// <summary>The tables that have more rows now.</summary>
    /// <param name="now">The live data.</param>
    /// <param name="then">The data that comes back.</param>
    internal static IReadOnlyList<TableCount> Newer(IReadOnlyList<TableCount> now, IReadOnlyList<TableCount> then)
    {
        var before = then.GroupBy(table => table.Table, StringComparer.OrdinalIgnoreCase).ToDictionary(group => group.Key, group => group.First().Rows, StringComparer.OrdinalIgnoreCase);
        return [.. now.Select(table => table with { Rows = table.Rows - before.GetValueOrDefault(table.Table) }).Where(table => table.Rows > 0)];
    }

    private static async Task<IReadOnlyList<TableCount>> ThenAsync(UpgradeServices services, DeploymentContext context, DatabaseTarget live, UndoSource source, CancellationToken cancellationToken)
    {
        if (source.Data is not { } point) return (await BackupFolder.ReadManifestAsync(source.Backup!.Path, cancellationToken).ConfigureAwait(false)).Tables;
        var target = live.Path is null ? live with { Name = point.Location, FromSettings = false } : live with { Path = point.Location, FromSettings = false };
        var kept = await services.OpenDatabase(context with { Deployment = context.Deployment with { Database = target } }, cancellationToken).ConfigureAwait(false);
        await using (kept.ConfigureAwait(false))
        {
            return await kept.CountRowsAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
