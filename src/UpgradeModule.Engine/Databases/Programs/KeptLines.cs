using System.Text.RegularExpressions;

namespace UpgradeModule.Engine.Databases.Programs;

/// <summary>
/// The last lines of a program's error output. Those in which it tells why it failed stay longest: a statement that failed may follow them in full, and be
/// longer than all that is kept.
/// </summary>
internal sealed partial class KeptLines
{
    private const int Kept = 40;

    private readonly List<string> _lines = [];

    /// <summary>The lines, in their order.</summary>
    public IReadOnlyList<string> All => [.. _lines];

    /// <summary>Whether a program tells in a line, in its own name, why it failed. So a line of a statement that fails isn't taken for the reason.</summary>
    /// <param name="line">The line: <c>pg_dump: error: query failed</c>.</param>
    public static bool IsReason(string line) => Reason().IsMatch(line);

    /// <summary>Takes a line.</summary>
    /// <param name="line">The line.</param>
    public void Add(string line)
    {
        if (_lines.Count == Kept) _lines.RemoveAt(Math.Max(0, _lines.FindIndex(static kept => !IsReason(kept))));
        _lines.Add(line);
    }

    // Those of several that work at the same time run into each other, as each is written in pieces: "pg_restore:pg_restore: error: …".
    [GeneratedRegex("^ ?(pg_[a-z]+(\\.exe)?: ?)*(error: |fatal: |detail: Error message from server: )|^(pg_[a-z]+(\\.exe)?: ?)+\\[|server closed the connection unexpectedly$")]
    private static partial Regex Reason();
}
