using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace UpgradeModule.Engine.State.History;

/// <summary>How entries hold on to each other. This format is what heads in reports were made by, so it never changes.</summary>
internal static class HistoryChain
{
    /// <summary>What the first entry holds on to.</summary>
    public static readonly string Genesis = new('0', 64);

    /// <summary>The hash of a run's record.</summary>
    /// <param name="document">The record, byte by byte.</param>
    public static string HashOf(ReadOnlySpan<byte> document) => Convert.ToHexString(SHA256.HashData(document)).ToLowerInvariant();

    /// <summary>The hash of a run's record.</summary>
    /// <param name="document">The record's text.</param>
    public static string HashOf(string document) => HashOf(Encoding.UTF8.GetBytes(document));

    /// <summary>The hash of an entry: over each of its parts with its length before it, so that nothing can move from one into the next.</summary>
    /// <param name="entry">The entry.</param>
    public static string HashOf(HistoryEntry entry)
    {
        string[] parts = ["UpgradeModule history 1", entry.Entry.ToString(CultureInfo.InvariantCulture), entry.RunId, entry.Deployment, entry.StartedOn, entry.WrittenOn, entry.State, entry.Document, entry.Previous];
        return HashOf(string.Concat(parts.Select(static part => string.Create(CultureInfo.InvariantCulture, $"{part.Length}:{part}\n"))));
    }

    /// <summary>Makes the entry that comes next.</summary>
    /// <param name="head">How far the history goes; <see langword="null"/> where it has no entry yet.</param>
    /// <param name="entry">What it says.</param>
    public static HistoryEntry Next(HistoryHead? head, HistoryEntry entry)
    {
        var next = entry with { Entry = (head?.Entries ?? 0) + 1, Previous = head?.Hash ?? Genesis };
        return next with { Hash = HashOf(next) };
    }

    /// <summary>How far a history goes that ends with an entry.</summary>
    /// <param name="last">The entry.</param>
    public static HistoryHead HeadOf(HistoryEntry last) => new(last.Entry, last.Hash);
}
