using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades.MigrateDown;

/// <summary>What the runs of a deployment wrote down of versions that it left.</summary>
/// <param name="runs">The runs, newest first.</param>
internal sealed class RecordedLists(IReadOnlyList<RunDocument> runs)
{
    /// <summary>Reads the runs.</summary>
    /// <param name="services">The other rooms.</param>
    /// <param name="context">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<RecordedLists> ReadAsync(UpgradeServices services, Operations.DeploymentContext context, CancellationToken cancellationToken)
    {
        var found = await new RunJournals(services.Store).ListAsync(context.Deployment, context.Operation, cancellationToken).ConfigureAwait(false);
        return new RecordedLists([.. found.Select(run => run.Document)]);
    }

    /// <summary>The runs, newest first.</summary>
    public IReadOnlyList<RunDocument> Runs { get; } = runs;

    /// <summary>The migrations that versions had when a run left them: the newest list of each.</summary>
    public IReadOnlyDictionary<AppVersion, IReadOnlyList<string>> ByVersion { get; } = runs
        .Where(run => run.Run.Kind == UpgradeRunKind.Upgrade && run.MigrationsBefore.Count > 0)
        .GroupBy(run => run.Run.From)
        .ToDictionary(group => group.Key, group => group.First().MigrationsBefore);

    /// <summary>The version before the last upgrade, where that upgrade led to what is installed.</summary>
    /// <param name="installed">What is installed.</param>
    public AppVersion? Before(AppVersion installed) =>
        Runs.FirstOrDefault(run => run.Run.Outcome is not null && run.Run.Reached is not null) is { Run: { Kind: UpgradeRunKind.Upgrade } last } && last.Reached == installed && last.From < installed ? last.From : null;

    /// <summary>What upgrades kept of a version, newest first.</summary>
    /// <param name="version">The version.</param>
    public IEnumerable<Operations.ReturnPoint> Kept(AppVersion version) => Runs
        .SelectMany(run => run.Points)
        .Where(kept => kept.Use != KeptPointUse.Dropped && kept.Point.Version == version)
        .Select(kept => kept.Point);
}
