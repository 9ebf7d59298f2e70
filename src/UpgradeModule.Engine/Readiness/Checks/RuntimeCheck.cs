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
        if (needs.Count == 0 || context.Deployment.Deployment.HostKind != AppHostKind.Process) return [];
        var command = context.Deployment.Deployment.Settings.Command ?? (context.Deployment.Spec.Start.Command.Count > 0 ? context.Deployment.Spec.Start.Command[0] : null);

        // A script that starts Java itself chooses its Java itself.
        if (command is null || !string.Equals(Path.GetFileNameWithoutExtension(command), "java", StringComparison.OrdinalIgnoreCase)) return [];
        var installed = await JavaVersion.ReadAsync(command, cancellationToken).ConfigureAwait(false);
        if (installed is null)
        {
            return [Finding.Blocker($"'{command} -version' tells no version, and {needs[0].Stop.To} needs Java {needs[0].Need.Minimum} or newer.", "Install Java, or set the deployment's command to the right one.", command)];
        }

        var findings = new List<Finding>();
        foreach (var (stop, need) in needs)
        {
            if (!AppVersion.TryParse(need.Minimum, out var minimum) || installed >= minimum) continue;
            findings.Add(Finding.Blocker($"{stop.To} needs Java {need.Minimum} or newer, and '{command}' is Java {installed}.", $"Install Java {need.Recommended ?? need.Minimum} and set the deployment's command to it.", command));
        }

        return findings;
    }
}
