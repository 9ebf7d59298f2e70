using UpgradeModule.Engine.Deployments.Files;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.State;

namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>Finds the journal of a deployment: the store for stored ones, else a folder beside the artifact, else one in the backup's destination.</summary>
internal sealed class RunJournals(IStateStore store)
{
    /// <summary>The journal that a new run of a deployment goes to.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="backupDestination">Where the run's backup goes, where the caller named a place.</param>
    public IUpgradeJournal For(AppDeployment deployment, string? backupDestination)
    {
        if (deployment.Stored) return new StoreJournal(store);
        var (usual, folder) = (Folder(deployment, null), Folder(deployment, backupDestination));
        return new FileJournal(folder, folder == usual ? null : usual);
    }

    /// <summary>Lists the runs of a deployment, or all that the store knows, newest first, each with the journal that it is in.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyList<(RunDocument Document, IUpgradeJournal Journal)>> ListAsync(AppDeployment? deployment, IOperationContext operation, CancellationToken cancellationToken)
    {
        // A deployment that was registered after its first runs has some in files and some in the store.
        List<IUpgradeJournal> journals = [new StoreJournal(store)];
        if (deployment is not null) journals.AddRange(Folders(deployment).Select(static folder => new FileJournal(folder)));
        var found = new List<(RunDocument Document, IUpgradeJournal Journal)>();
        foreach (var journal in journals)
        {
            var documents = await journal.ListAsync(deployment?.Name, operation, cancellationToken).ConfigureAwait(false);
            found.AddRange(documents.Select(document => (document, journal)));
        }

        return [.. found.DistinctBy(run => run.Document.Run.RunId).OrderByDescending(run => run.Document.Run.StartedOn)];
    }

    /// <summary>Finds a run of a deployment, and those that began after it.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="runId">The run; the newest where <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>RunNotFound</c>.</exception>
    public async Task<(RunDocument Document, IUpgradeJournal Journal, IReadOnlyList<RunDocument> Newer)> FindAsync(DeploymentContext context, string? runId, CancellationToken cancellationToken)
    {
        var runs = await ListAsync(context.Deployment, context.Operation, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < runs.Count; i++)
        {
            if (runId is null || string.Equals(runs[i].Document.Run.RunId, runId, StringComparison.OrdinalIgnoreCase)) return (runs[i].Document, runs[i].Journal, [.. runs.Take(i).Select(run => run.Document)]);
        }

        var known = runs.Count == 0 ? "It has no runs." : $"Its newest are {string.Join(", ", runs.Take(5).Select(run => run.Document.Run.RunId))}.";
        throw new UpgradeException("RunNotFound", UpgradeErrorCategory.ObjectNotFound, runId ?? context.Deployment.Name, runId is null ? $"{context.Deployment.Name} has never been upgraded: there is no run of it." : $"There is no upgrade run '{runId}' of {context.Deployment.Name}. {known}", "Get-UpgradeRun lists them.");
    }

    /// <summary>Checks the history of every journal that a deployment may have runs in: the store's, and the one in its folder where there is one.</summary>
    /// <param name="deployment">The deployment; all that the store knows where <see langword="null"/>.</param>
    /// <param name="head">A head that is looked for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyList<HistoryTestResult>> TestHistoryAsync(AppDeployment? deployment, string? head, CancellationToken cancellationToken)
    {
        IReadOnlyList<AppDeployment> deployments = deployment is null ? await store.ListDeploymentsAsync(cancellationToken).ConfigureAwait(false) : [deployment];
        var results = new List<HistoryTestResult> { await store.TestHistoryAsync(head, cancellationToken).ConfigureAwait(false) };
        foreach (var folder in deployments.SelectMany(Folders).Distinct(StringComparer.Ordinal).Where(Directory.Exists))
        {
            results.Add(await new FileJournal(folder).TestHistoryAsync(head, cancellationToken).ConfigureAwait(false));
        }

        // A deployment that no store knows has nothing to do with an empty store.
        return results.Count > 1 && results[0] is { Entries: 0, Intact: true } ? [.. results.Skip(1)] : results;
    }

    private IEnumerable<string> Folders(AppDeployment deployment)
    {
        var usual = Folder(deployment, null);
        return JournalFolders.Of(usual).Prepend(usual);
    }

    private string Folder(AppDeployment deployment, string? backupDestination)
    {
        if (deployment.Settings.ArtifactPath is { Length: > 0 }) return Path.Combine(DeploymentFolder.Of(new DeploymentContext { Deployment = deployment }).Path, "runs");
        var root = backupDestination ?? deployment.BackupPath ?? Path.GetDirectoryName(store.Path)!;
        return Path.Combine(root, ".upgrademodule", SafeName(deployment.Name), "runs");
    }

    private static string SafeName(string name) =>
        string.Concat(name.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
}
