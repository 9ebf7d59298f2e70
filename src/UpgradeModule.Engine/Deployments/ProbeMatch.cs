using System.Globalization;
using System.Text.RegularExpressions;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Deployments;

/// <summary>Compares an answer with what a definition expects.</summary>
/// <param name="versions">How the application writes its versions.</param>
/// <param name="expected">The version that is expected; any where <see langword="null"/>.</param>
internal sealed class ProbeMatch(VersionSpec versions, AppVersion? expected)
{
    private static readonly TimeSpan PatternTime = TimeSpan.FromSeconds(1);

    /// <summary>Tells whether an answer is as expected.</summary>
    /// <param name="probe">What is expected.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="reason">What differs, for people.</param>
    public bool IsAsExpected(HttpProbeSpec probe, HealthAnswer answer, out string reason)
    {
        reason = answer.Status == 0 ? answer.Text : answer.Describe();
        if (!probe.Status.Contains(answer.Status))
        {
            if (answer.Status != 0) reason += string.Create(CultureInfo.InvariantCulture, $" where {string.Join(" or ", probe.Status)} is expected");
            return false;
        }

        if (probe.Body is not null && !Matches(answer.Body, probe.Body))
        {
            reason += $" where the body should match {probe.Body}";
            return false;
        }

        foreach (var (path, template) in probe.Json)
        {
            // A probe of the version says nothing where any version will do.
            if (expected is null && (template.Contains("{version}", StringComparison.Ordinal) || template.Contains("{tag}", StringComparison.Ordinal))) continue;
            var wanted = template.Replace("{tag}", versions.Tag, StringComparison.Ordinal).Replace("{version}", expected?.Text, StringComparison.Ordinal);
            if (JsonPath.Read(answer.Body, path) == wanted) continue;
            reason += $" where {path} should be {wanted}";
            return false;
        }

        return true;
    }

    /// <summary>Tells whether a text matches a definition's pattern.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pattern">The pattern.</param>
    public static bool Matches(string text, string pattern)
    {
        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, PatternTime);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    /// <summary>Gets what a group of a definition's pattern matches.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pattern">The pattern.</param>
    /// <param name="group">The group's name.</param>
    public static string? Group(string text, string pattern, string group)
    {
        try
        {
            return Regex.Match(text, pattern, RegexOptions.CultureInvariant, PatternTime) is { Success: true } match && match.Groups[group].Success ? match.Groups[group].Value : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }
}
