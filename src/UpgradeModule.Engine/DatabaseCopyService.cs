using System.Text.RegularExpressions;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades;

namespace UpgradeModule.Engine;

/// <inheritdoc/>
/// <param name="hosts">Gives the host of a kind.</param>
/// <param name="open">Opens a deployment's database.</param>
/// <param name="upgrades">Knows the runs, and what they keep.</param>
internal sealed partial class DatabaseCopyService(Func<AppHostKind, IAppHost> hosts, Func<DeploymentContext, CancellationToken, Task<IAppDatabase>> open, IUpgradeService upgrades) : IDatabaseCopyService
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<AppDatabaseCopy>> ListAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var database = await open(context, cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            var runs = await upgrades.ListAsync(context.Deployment, cancellationToken).ConfigureAwait(false);
            var points = await database.ListKeptAsync(cancellationToken).ConfigureAwait(false);
            return [.. points.Select(point => Describe(context.Deployment, database.Engine, point, KeeperOf(point.Location, runs))).OrderByDescending(copy => copy.Created ?? DateTimeOffset.MinValue).ThenBy(copy => copy.KeptAs, StringComparer.Ordinal)];
        }
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(DeploymentContext context, string keptAs, bool force, CancellationToken cancellationToken)
    {
        var purpose = $"removal of {keptAs}";
        var hostLock = await hosts(context.Deployment.HostKind).LockAsync(context, purpose, cancellationToken).ConfigureAwait(false);
        await using (hostLock.ConfigureAwait(false))
        {
            var database = await open(context, cancellationToken).ConfigureAwait(false);
            await using (database.ConfigureAwait(false))
            {
                var databaseLock = await database.LockAsync(purpose, cancellationToken).ConfigureAwait(false);
                await using (databaseLock.ConfigureAwait(false)) await RemoveAsync(context, database, keptAs, force, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task RemoveAsync(DeploymentContext context, IAppDatabase database, string keptAs, bool force, CancellationToken cancellationToken)
    {
        if (IsSame(keptAs, database.Target.Path ?? database.Target.Name))
        {
            throw new UpgradeException("RollbackPointInUse", UpgradeErrorCategory.InvalidOperation, keptAs, $"'{keptAs}' is the live data of '{context.Deployment.Name}', not a copy of it.", "Get-AppDatabaseCopy lists the copies.");
        }

        var points = await database.ListKeptAsync(cancellationToken).ConfigureAwait(false);
        var point = points.FirstOrDefault(point => IsSame(keptAs, point.Location)) ?? throw NotFound(context, keptAs, points);
        var keeper = KeeperOf(point.Location, await upgrades.ListAsync(context.Deployment, cancellationToken).ConfigureAwait(false));
        if (keeper is not null) Require(keeper, keptAs, force);
        await database.DropAsync(point, cancellationToken).ConfigureAwait(false);
    }

    private static void Require(UpgradeRun run, string keptAs, bool force)
    {
        if (run.Outcome == UpgradeOutcome.Failed && force) return;
        var (reason, remedy) = run.Outcome switch
        {
            null or UpgradeOutcome.Interrupted => ("which has not ended", "Remove it when the run has ended."),
            UpgradeOutcome.Failed => ("whose way back failed", "Get the application back first, as the run's Error tells; then remove it with -Force."),
            _ => ("which may still be taken back", "Complete-UpgradeRun drops it with all else that the run keeps."),
        };
        throw new UpgradeException("DatabaseCopyNeeded", UpgradeErrorCategory.InvalidOperation, keptAs, $"'{keptAs}' is kept by the upgrade run {run.RunId}, {reason}.", remedy);
    }

    private static UpgradeException NotFound(DeploymentContext context, string keptAs, IReadOnlyList<ReturnPoint> points) =>
        new("DatabaseCopyNotFound", UpgradeErrorCategory.ObjectNotFound, keptAs, $"'{keptAs}' is no copy that is kept of the data of '{context.Deployment.Name}'. {(points.Count == 0 ? "There are none." : $"There {(points.Count == 1 ? "is" : "are")}: {string.Join(", ", points.Take(5).Select(point => point.Location))}.")}", "Get-AppDatabaseCopy lists them.");

    private static UpgradeRun? KeeperOf(string location, IReadOnlyList<UpgradeRun> runs) =>
        runs.FirstOrDefault(run => !run.Completed && run.Kept.Any(kept => !kept.Dropped && IsSame(kept.Location, location)));

    private static AppDatabaseCopy Describe(AppDeployment deployment, DatabaseEngine engine, ReturnPoint point, UpgradeRun? keeper)
    {
        var label = point.Data.GetValueOrDefault("label", "");
        return new AppDatabaseCopy
        {
            Deployment = deployment,
            Engine = engine,
            KeptAs = point.Location,
            Origin = OriginOf(label),
            Created = point.Created == default ? null : point.Created,
            Size = point.Size,
            RunId = keeper?.RunId ?? (RunLabel().Match(label) is { Success: true } match ? match.Groups[1].Value : null),
            Needed = keeper is not null,
        };
    }

    private static DatabaseCopyOrigin OriginOf(string label)
    {
        if (label.EndsWith("-new", StringComparison.Ordinal)) return DatabaseCopyOrigin.Unfinished;
        if (label.StartsWith("before-restore-", StringComparison.Ordinal)) return DatabaseCopyOrigin.BeforeRestore;
        if (RunLabel().Match(label) is not { Success: true } match) return DatabaseCopyOrigin.Unknown;
        return match.Groups[2].Success || match.Groups[4].Success ? DatabaseCopyOrigin.Replaced : DatabaseCopyOrigin.RollbackPoint;
    }

    private static bool IsSame(string one, string? other) => string.Equals(one, other, OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    // What a run labels what it keeps with: its id and the stop; what it replaced on its way back; and what its undo replaced.
    [GeneratedRegex(@"^(\d{8}-\d{6}-[0-9a-f]{6})-(?:\d+(-after(-\d+)?)?|(undo(-\d+)*))$")]
    private static partial Regex RunLabel();
}
