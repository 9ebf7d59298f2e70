using UpgradeModule.Engine.Readiness.Probing;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The runtime beneath the application is new enough for every stop.</summary>
internal sealed class RuntimeCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "Runtime";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        var needs = context.Path.Stops
            .SelectMany(stop => stop.Requirements.Where(requirement => requirement.Name == "java" && requirement.Minimum is not null).Select(requirement => (Stop: stop, Need: requirement)))
            .ToList();
        var asked = new Dictionary<string, AppVersion?>(StringComparer.Ordinal);
        var findings = new List<Finding>();
        foreach (var (stop, need) in needs)
        {
            try
            {
                if (await context.Host.FindJavaAsync(context.Deployment, stop.To, cancellationToken).ConfigureAwait(false) is not { } java) continue;
                if (!asked.TryGetValue(java, out var version)) asked[java] = version = await JavaVersion.ReadAsync(java, cancellationToken).ConfigureAwait(false);
                if (Compare(stop, need, java, version) is { } finding) findings.Add(finding);
            }
            catch (UpgradeException failure) when (failure.ErrorId is "JavaNotFound" or "CommandNotFound")
            {
                findings.Add(Finding.Blocker($"{stop.To} needs Java {need.Minimum} or newer. {failure.Message}", "", failure.Target?.ToString()));
            }
        }

        return findings;
    }

    private static Finding? Compare(UpgradeStop stop, RuntimeRequirement need, string java, AppVersion? version)
    {
        var remedy = $"Install Java {need.Recommended ?? need.Minimum} and name it with Set-AppDeployment -JavaPath, or set the deployment's command to it.";
        if (version is null) return Finding.Blocker($"'{java} -version' tells no version, and {stop.To} needs Java {need.Minimum} or newer.", remedy, java);
        if (AppVersion.TryParse(need.Minimum, out var minimum) && version < minimum) return Finding.Blocker($"{stop.To} needs Java {need.Minimum} or newer, and '{java}' is Java {version}.", remedy, java);
        return AppVersion.TryParse(need.Maximum, out var maximum) && version.Numbers[0] > maximum.Numbers[0]
            ? Finding.Blocker($"{stop.To} runs on Java up to {need.Maximum}, and '{java}' is Java {version}.", remedy, java)
            : null;
    }
}
