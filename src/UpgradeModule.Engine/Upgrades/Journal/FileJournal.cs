using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>The journal of deployments that no store knows: one file a run, <c>run-&lt;id&gt;.json</c>, in a folder that only its owner may read.</summary>
internal sealed class FileJournal(string folder) : DocumentJournal
{
    /// <inheritdoc/>
    public override string Location => folder;

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<RunDocument>> ListAsync(string? deployment, IOperationContext operation, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder)) return [];
        var documents = new List<RunDocument>();
        foreach (var file in Directory.EnumerateFiles(folder, "run-*.json"))
        {
            var json = await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false);
            if (TryRead(json, $"'{file}'", operation) is not { } document) continue;
            if (deployment is null || string.Equals(document.Run.Deployment.Name, deployment, StringComparison.OrdinalIgnoreCase)) documents.Add(document);
        }

        return [.. documents.OrderByDescending(document => document.Run.StartedOn)];
    }

    /// <inheritdoc/>
    protected override Task SaveAsync(RunDocument document, CancellationToken cancellationToken)
    {
        PrivateFiles.CreateDirectory(folder);
        return PrivateFiles.WriteAsync(Path.Combine(folder, $"run-{document.Run.RunId}.json"), RunJson.WriteBytes(document), cancellationToken);
    }
}
