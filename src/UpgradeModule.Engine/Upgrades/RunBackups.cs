using UpgradeModule.Engine.Backups;
using UpgradeModule.Engine.State;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>Finds the backups that runs may yet need: to go on, or to go back.</summary>
internal sealed class RunBackups(IStateStore store)
{
    /// <summary>Finds them.</summary>
    /// <param name="backups">The backups that are asked about; journals that lie beside them are read too.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyList<NeededBackup>> FindAsync(IReadOnlyList<AppBackup> backups, IOperationContext operation, CancellationToken cancellationToken)
    {
        var journals = new RunJournals(store);
        var documents = (await journals.ListAsync(null, operation, cancellationToken).ConfigureAwait(false)).Select(run => run.Document).ToList();
        foreach (var deployment in await store.ListDeploymentsAsync(cancellationToken).ConfigureAwait(false))
        {
            documents.AddRange((await journals.ListAsync(deployment, operation, cancellationToken).ConfigureAwait(false)).Select(run => run.Document));
        }

        // Runs of deployments that no store knows are written down where their backups go.
        foreach (var folder in backups.SelectMany<AppBackup, string>(backup => [Backups.Paths.Full(backup.Path), Backups.Paths.Real(backup.Path)]).Select(Path.GetDirectoryName).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            var rooms = Path.Combine(folder, ".upgrademodule");
            if (!Directory.Exists(rooms)) continue;
            foreach (var room in Directory.EnumerateDirectories(rooms)) documents.AddRange(await new FileJournal(Path.Combine(room, "runs")).ListAsync(null, operation, cancellationToken).ConfigureAwait(false));
        }

        return [.. documents.DistinctBy(document => document.Run.RunId).GroupBy(Group).SelectMany(Of)];
    }

    // Two machines may each have a deployment of the same name, and write to one share.
    private static (string Deployment, string Database) Group(RunDocument document) => (document.Run.Deployment.Name.ToUpperInvariant(), document.Run.Deployment.Database?.ToString() ?? "");

    private static IEnumerable<NeededBackup> Of(IEnumerable<RunDocument> ofOneDeployment)
    {
        var newestFirst = ofOneDeployment.OrderByDescending(document => document.Run.StartedOn).ToList();
        foreach (var document in newestFirst)
        {
            if (Reason(document.Run, isNewest: document == newestFirst[0]) is not { } reason) continue;
            foreach (var backup in new[] { document.Run.Backup, document.FirstBackup }.OfType<AppBackup>().Where(backup => backup.Path.Length > 0).DistinctBy(backup => backup.Path)) yield return new NeededBackup(backup.Path, reason, backup.Id);
        }
    }

    // What was completed, or went back by itself, needs no backup any more; of those that succeeded only the newest can be undone.
    private static string? Reason(UpgradeRun run, bool isNewest) => run switch
    {
        { Completed: true } => null,
        { Outcome: null } => $"the run {run.RunId} is under way, or was cut short",
        { Outcome: UpgradeOutcome.Paused or UpgradeOutcome.Interrupted or UpgradeOutcome.Failed } => $"the run {run.RunId} of '{run.Deployment.Name}' is {run.Outcome.ToString()!.ToLowerInvariant()} and may need it",
        { Outcome: UpgradeOutcome.Succeeded } when isNewest => $"the run {run.RunId} of '{run.Deployment.Name}' is not completed, so that it may yet be undone",
        _ => null,
    };
}
