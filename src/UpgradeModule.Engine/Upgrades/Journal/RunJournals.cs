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
    public IUpgradeJournal For(AppDeployment deployment, string? backupDestination) =>
        deployment.Stored ? new StoreJournal(store) : new FileJournal(Folder(deployment, backupDestination));

    /// <summary>Lists the runs of a deployment, or all that the store knows, newest first, each with the journal that it is in.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyList<(RunDocument Document, IUpgradeJournal Journal)>> ListAsync(AppDeployment? deployment, IOperationContext operation, CancellationToken cancellationToken)
    {
        // A deployment that was registered after its first runs has some in files and some in the store.
        List<IUpgradeJournal> journals = [new StoreJournal(store)];
        if (deployment is not null) journals.Add(new FileJournal(Folder(deployment, null)));
        var found = new List<(RunDocument Document, IUpgradeJournal Journal)>();
        foreach (var journal in journals)
        {
            var documents = await journal.ListAsync(deployment?.Name, operation, cancellationToken).ConfigureAwait(false);
            found.AddRange(documents.Select(document => (document, journal)));
        }

        return [.. found.DistinctBy(run => run.Document.Run.RunId).OrderByDescending(run => run.Document.Run.StartedOn)];
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
