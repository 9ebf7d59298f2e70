using System.Text.RegularExpressions;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Deployments;

/// <summary>What log lines mean by a definition: the first pattern that matches a line tells it.</summary>
/// <param name="known">The lines that the definition knows.</param>
internal sealed partial class LogMeanings(IReadOnlyList<LogLineSpec> known)
{
    /// <summary>What a line means, its message filled in with what the pattern's groups matched.</summary>
    /// <param name="line">The line.</param>
    /// <returns>The meaning; <see langword="null"/> where the definition doesn't know the line.</returns>
    public LogLineSpec? Of(string line)
    {
        if (known.FirstOrDefault(spec => ProbeMatch.Matches(line, spec.Pattern)) is not { } spec) return null;
        if (spec.Message is not { } message || !message.Contains('{')) return spec;
        var told = Placeholder().Replace(message, match => ProbeMatch.Group(line, spec.Pattern, match.Groups[1].Value) ?? match.Value);
        return new LogLineSpec { Pattern = spec.Pattern, Meaning = spec.Meaning, Message = told, Remedy = spec.Remedy };
    }

    /// <summary>The place of a meaning in the definition: what names a cause stands there before what only tells that something failed.</summary>
    /// <param name="spec">The meaning.</param>
    public int Rank(LogLineSpec spec) => known.TakeWhile(other => other.Pattern != spec.Pattern).Count();

    /// <summary>The failure that lines tell; of several, the one that stands first in the definition.</summary>
    /// <param name="lines">The lines.</param>
    public LogLineSpec? Failure(IEnumerable<string> lines) => lines.Select(Of).OfType<LogLineSpec>().Where(static spec => spec.Meaning == "failure").MinBy(Rank);

    [GeneratedRegex(@"\{(\w+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
