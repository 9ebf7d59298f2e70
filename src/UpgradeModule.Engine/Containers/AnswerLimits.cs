using System.Globalization;

namespace UpgradeModule.Engine.Containers;

/// <summary>
/// How long an engine may take until it begins to answer. A daemon that hangs would otherwise hold an upgrade for ever, also on its way back, which
/// nobody can cancel. What takes as long as it takes has no limit: the caller's token ends it.
/// </summary>
internal sealed record AnswerLimits
{
    private static readonly string[] s_endless = ["/logs", "/attach", "/wait", "/archive", "/push", "/images/create", "/images/load"];

    /// <summary>The limit of questions.</summary>
    public TimeSpan Question { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The limit of changes, and of what an engine asks a registry: making a container may copy a volume's files, and removing one many layers.</summary>
    public TimeSpan Change { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What a stop may take beyond its grace.</summary>
    public TimeSpan BeyondGrace { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Gives the limit of a request.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path and query, without the version.</param>
    /// <returns>The limit; <see langword="null"/> where there is none.</returns>
    public TimeSpan? For(HttpMethod method, string path)
    {
        var end = path.IndexOf('?', StringComparison.Ordinal);
        var place = end < 0 ? path : path[..end];
        if (s_endless.Any(one => place.EndsWith(one, StringComparison.Ordinal))) return null;
        if (place.StartsWith("/exec/", StringComparison.Ordinal) && place.EndsWith("/start", StringComparison.Ordinal)) return null;
        if (place.EndsWith("/stop", StringComparison.Ordinal)) return Grace(end < 0 ? "" : path[(end + 1)..]) is { } grace ? grace < TimeSpan.Zero ? null : grace + BeyondGrace : Change;
        return method == HttpMethod.Get && !place.StartsWith("/distribution/", StringComparison.Ordinal) ? Question : Change;
    }

    private static TimeSpan? Grace(string query) =>
        query.Split('&').FirstOrDefault(static part => part.StartsWith("t=", StringComparison.Ordinal)) is { } given && int.TryParse(given[2..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
}
