using System.Globalization;

namespace UpgradeModule.Engine.State.History;

/// <summary>Checks a history: that each entry holds on to the one before it, that none is missing, and that every record reads as its last entry says.</summary>
internal static class HistoryVerifier
{
    /// <summary>Checks it.</summary>
    /// <param name="content">The history and its records.</param>
    /// <param name="head">A head from a report or a notification that is looked for.</param>
    public static HistoryTestResult Verify(HistoryContent content, string? head)
    {
        var entries = content.Entries;
        var broken = BrokenEntry(entries) ?? content.Unreadable ?? BrokenEnd(content) ?? BrokenRecord(content);
        var wanted = head?.ToLowerInvariant();
        var found = wanted is null ? null : entries.FirstOrDefault(entry => entry.Hash == wanted);
        return new HistoryTestResult
        {
            Journal = content.Journal,
            Runs = content.Records.Count,
            Entries = entries.Count,
            Head = entries.Count > 0 ? entries[^1].Hash : null,
            LastWrittenOn = entries.Count > 0 ? Time(entries[^1].WrittenOn) : null,
            Intact = broken is null,
            FirstBroken = broken,
            Unchained = Unchained(content),
            ExpectedHead = wanted,
            ContainsHead = wanted is null ? null : found is not null,
            HeadEntry = found?.Entry,
        };
    }

    private static HistoryBreak? BrokenEntry(IReadOnlyList<HistoryEntry> entries)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (entry.Entry != i + 1)
            {
                return Break(entry, entry.Entry > i + 1
                    ? string.Create(CultureInfo.InvariantCulture, $"The entry {i + 1} is missing: after {(i == 0 ? "the beginning" : $"the entry {i}")} comes the entry {entry.Entry}.")
                    : string.Create(CultureInfo.InvariantCulture, $"An entry with the number {entry.Entry} stands where the entry {i + 1} should be.")) with { Entry = i + 1 };
            }

            if (HistoryChain.HashOf(entry) != entry.Hash) return Break(entry, "The entry was changed after it was written: its hash is not the one of what it says.");
            if (entry.Previous != (i == 0 ? HistoryChain.Genesis : entries[i - 1].Hash)) return Break(entry, "The entry doesn't hold on to the one before it: one of the two was written anew.");
        }

        return null;
    }

    private static HistoryBreak? BrokenEnd(HistoryContent content)
    {
        var entries = content.Entries;
        if (content.Head is null && entries.Count > 0) return new HistoryBreak { Entry = entries.Count, Message = "Nothing tells how far the history goes: what was written beside it is gone." };
        var written = Math.Max(content.Head?.Entries ?? 0, 0);
        if (written > entries.Count)
        {
            return new HistoryBreak { Entry = entries.Count + 1, Message = string.Create(CultureInfo.InvariantCulture, $"The end is missing: {written} entries were written, and {entries.Count} are there.") };
        }

        // Records that were there before the history are written into it together.
        var ahead = entries.Skip((int)written).ToList();
        if (ahead.Count > 0 && !(content.HeadMayLag && ahead.Count(static entry => entry.State != HistoryEntry.Adopted) <= 1))
        {
            return Break(ahead[0], string.Create(CultureInfo.InvariantCulture, $"The entry was added past the module: {written} entries were written, and {entries.Count} are there."));
        }

        return content.Head is null || content.Head.Hash == (written == 0 ? HistoryChain.Genesis : entries[(int)written - 1].Hash)
            ? null
            : new HistoryBreak { Entry = written, Message = "The history's end is not the one that was written: the entries were written anew." };
    }

    private static HistoryBreak? BrokenRecord(HistoryContent content)
    {
        var records = new Dictionary<string, HistoryRecord>(StringComparer.Ordinal);
        foreach (var record in content.Records) records[record.RunId] = record;
        foreach (var entry in content.Entries.GroupBy(static entry => entry.RunId, StringComparer.Ordinal).Select(static entries => entries.Last()).OrderBy(static entry => entry.Entry))
        {
            if (!records.Remove(entry.RunId, out var record)) return Break(entry, $"The record of the run {entry.RunId} of {entry.Deployment} is gone. It was last written {entry.WrittenOn}, as '{entry.State}'.");
            if (record.Document != entry.Document && record.Next != entry.Document) return Break(entry, $"The record of the run {entry.RunId} of {entry.Deployment} is not the one that was last written {entry.WrittenOn}, as '{entry.State}'.");
            if ((record.Deployment ?? entry.Deployment) != entry.Deployment || (record.StartedOn ?? entry.StartedOn) != entry.StartedOn)
            {
                return Break(entry, $"The record of the run {entry.RunId} is listed with another deployment or another beginning than it was written with: {entry.Deployment}, {entry.StartedOn}.");
            }
        }

        return records.Values.FirstOrDefault(static record => !record.MayBeOlder) is { } stranger
            ? new HistoryBreak { RunId = stranger.RunId, Deployment = stranger.Deployment, Message = $"The record of the run {stranger.RunId} was put there past the module: the history doesn't know it." }
            : null;
    }

    private static List<string> Unchained(HistoryContent content)
    {
        var known = content.Entries.Select(static entry => entry.RunId).ToHashSet(StringComparer.Ordinal);
        var adopted = content.Entries.Where(static entry => entry.State == HistoryEntry.Adopted).Select(static entry => entry.RunId);
        return [.. adopted.Concat(content.Records.Where(record => record.MayBeOlder && !known.Contains(record.RunId)).Select(static record => record.RunId)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static HistoryBreak Break(HistoryEntry entry, string message) => new()
    {
        Entry = entry.Entry,
        RunId = entry.RunId,
        Deployment = entry.Deployment,
        WrittenOn = Time(entry.WrittenOn),
        Message = message,
    };

    private static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
