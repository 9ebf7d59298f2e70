using System.Text.RegularExpressions;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>No setting stands in the way of which the definition knows that an upgrade fails with it. Values are never told.</summary>
internal sealed class SettingsCheck : IReadinessCheck
{
    private static readonly TimeSpan PatternTime = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public string Name => "Settings";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        var obstacles = context.Deployment.Spec.Settings.Obstacles;
        if (obstacles.Count == 0 || context.Path.Stops.Count == 0) return [];
        var settings = await context.SettingsAsync().ConfigureAwait(false);
        var findings = new List<Finding>();
        foreach (var obstacle in obstacles)
        {
            if (settings.Get(obstacle.Name) is not { } value || !Concerns(context, obstacle) || !Matches(obstacle, value)) continue;
            if (obstacle.Unless.Any(name => settings.Get(name) is not null)) continue;
            var message = $"{obstacle.Name} ({settings.SourceOf(obstacle.Name)}): {obstacle.Message}";
            findings.Add(obstacle.Warning ? Finding.Warning(message, obstacle.Remedy, obstacle.Name) : Finding.Blocker(message, obstacle.Remedy, obstacle.Name));
        }

        return findings;
    }

    private static bool Concerns(ReadinessContext context, ObstacleSpec obstacle)
    {
        if (obstacle.From is null) return true;
        var scheme = VersionScheme.Of(context.Deployment.Spec);
        var from = scheme.Parse(obstacle.From).Version;
        return context.Path.Stops.Any(stop => scheme.Compare(stop.To, from) >= 0);
    }

    private static bool Matches(ObstacleSpec obstacle, string value)
    {
        try
        {
            return obstacle.Pattern is null || Regex.IsMatch(value, obstacle.Pattern, RegexOptions.CultureInvariant, PatternTime);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
