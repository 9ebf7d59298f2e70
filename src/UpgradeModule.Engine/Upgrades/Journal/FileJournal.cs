using System.Globalization;
using System.Text.Json;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.State.History;

namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>The journal of deployments that no store knows: one file a run, <c>run-&lt;id&gt;.json</c>, in a folder that only its owner may read.</summary>
/// <param name="folder">The folder.</param>
/// <param name="usual">The folder where runs are looked for, where that is another one.</param>
internal sealed class FileJournal(string folder, string? usual = null) : DocumentJournal
{
    private const string Prefix = "run-";
    private const string Files = Prefix + "*.json";

    /// <summary>The first format whose documents are never without an entry in the history.</summary>
    private const int FirstChained = 3;

    /// <inheritdoc/>
    public override string Location => folder;

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<RunDocument>> ListAsync(string? deployment, IOperationContext operation, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder)) return [];
        var documents = new List<RunDocument>();
        foreach (var file in Directory.EnumerateFiles(folder, Files))
        {
            var json = await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false);
            if (TryRead(json, $"'{file}'", operation) is not { } document) continue;
            if (deployment is null || string.Equals(document.Run.Deployment.Name, deployment, StringComparison.OrdinalIgnoreCase)) documents.Add(document);
        }

        return [.. documents.OrderByDescending(document => document.Run.StartedOn)];
    }

    /// <inheritdoc/>
    public override async Task<string?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        if (await HistoryFile.OpenToReadAsync(folder, cancellationToken).ConfigureAwait(false) is not { } history) return null;
        await using (history.ConfigureAwait(false))
        {
            return (await history.HeadAsync(cancellationToken).ConfigureAwait(false))?.Hash;
        }
    }

    /// <inheritdoc/>
    public override async Task<HistoryTestResult> TestHistoryAsync(string? head, CancellationToken cancellationToken)
    {
        var history = await HistoryFile.OpenToReadAsync(folder, cancellationToken).ConfigureAwait(false);
        if (history is null)
        {
            var alone = new HistoryContent { Journal = folder, Records = await RecordsAsync(cancellationToken).ConfigureAwait(false) };
            return HistoryVerifier.Verify(File.Exists(Path.Combine(folder, HistoryFile.HeadName)) ? alone with { Unreadable = new HistoryBreak { Message = $"The history is gone: there is no '{HistoryFile.Name}'." } } : alone, head);
        }

        await using (history.ConfigureAwait(false))
        {
            var records = await RecordsAsync(cancellationToken).ConfigureAwait(false);
            return HistoryVerifier.Verify(await history.ReadAsync(records, cancellationToken).ConfigureAwait(false), head);
        }
    }

    /// <inheritdoc/>
    protected override async Task<string?> SaveAsync(RunDocument document, CancellationToken cancellationToken)
    {
        try
        {
            return await WriteAsync(document, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException && !DiskSpace.IsFull(failure))
        {
            throw new UpgradeException(
                "RunNotRecorded", failure is UnauthorizedAccessException ? UpgradeErrorCategory.PermissionDenied : UpgradeErrorCategory.WriteError, folder,
                $"The record of the run can't be written to '{folder}': {failure.Message.TrimEnd('.')}.",
                "See that the folder is there and can be written to; or register the deployment, whose runs are recorded in the module's store then.", failure);
        }
    }

    private async Task<string?> WriteAsync(RunDocument document, CancellationToken cancellationToken)
    {
        if (usual is not null) await JournalFolders.NoteAsync(usual, folder, cancellationToken).ConfigureAwait(false);
        PrivateFiles.CreateDirectory(folder);
        var bytes = RunJson.WriteBytes(document);
        var place = Path.Combine(folder, $"{Prefix}{document.Run.RunId}.json");
        var history = await HistoryFile.OpenAsync(folder, cancellationToken).ConfigureAwait(false);
        await using (history.ConfigureAwait(false))
        {
            // Beside first, then its entry, then into its place: whenever this is cut short, the history fits what is there.
            await PrivateFiles.WriteAsync(Next(document.Run.RunId), bytes, cancellationToken).ConfigureAwait(false);
            var entry = new HistoryEntry
            {
                RunId = document.Run.RunId,
                Deployment = document.Run.Deployment.Name,
                StartedOn = document.Run.StartedOn.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
                State = StateOf(document),
                Document = HistoryChain.HashOf(bytes),
            };
            var head = await history.AppendAsync(() => AdoptedAsync(cancellationToken), entry, cancellationToken).ConfigureAwait(false);
            File.Move(Next(document.Run.RunId), place, overwrite: true);
            await history.CloseOffAsync(head, CancellationToken.None).ConfigureAwait(false);
            return head.Hash;
        }
    }

    private static string IdOf(string file) => Path.GetFileNameWithoutExtension(file)[Prefix.Length..];

    private static bool MayBeOlder(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return !(document.RootElement.TryGetProperty("formatVersion", out var format) && format.TryGetInt32(out var version) && version >= FirstChained);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return true;
        }
    }

    private string Next(string runId) => Path.Combine(folder, $"{Prefix}{runId}.next");

    private async Task<IReadOnlyList<HistoryRecord>> RecordsAsync(CancellationToken cancellationToken)
    {
        var records = new List<HistoryRecord>();
        if (!Directory.Exists(folder)) return records;
        foreach (var file in Directory.EnumerateFiles(folder, Files).Order(StringComparer.Ordinal))
        {
            var json = await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
            records.Add(new HistoryRecord(IdOf(file), null, null, HistoryChain.HashOf(json)) { MayBeOlder = MayBeOlder(json) });
        }

        // The very first record of a run may be there as the next one alone.
        foreach (var file in Directory.EnumerateFiles(folder, Prefix + "*.next"))
        {
            var hash = HistoryChain.HashOf(await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false));
            var at = records.FindIndex(record => record.RunId == IdOf(file));
            if (at >= 0) records[at] = records[at] with { Next = hash };
            else records.Add(new HistoryRecord(IdOf(file), null, null, "") { Next = hash, MayBeOlder = true });
        }

        return records;
    }

    private async Task<IReadOnlyList<HistoryEntry>> AdoptedAsync(CancellationToken cancellationToken)
    {
        var records = await RecordsAsync(cancellationToken).ConfigureAwait(false);
        return [.. records.Where(static record => record is { MayBeOlder: true, Document.Length: > 0 }).Select(static record => new HistoryEntry { RunId = record.RunId, State = HistoryEntry.Adopted, Document = record.Document })];
    }
}
