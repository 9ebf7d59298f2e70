namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The runtime is started with the arguments that the path's stops want it to be started with.</summary>
internal sealed class RuntimeArgumentsCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "RuntimeArguments";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        var deployment = context.Deployment.Deployment;
        var needs = context.Path.Stops.SelectMany(stop => stop.Requirements).Where(need => need.Arguments.Count > 0).ToList();

        // What a unit or an image starts is its own affair.
        if (needs.Count == 0 || deployment.HostKind != AppHostKind.Process) return [];
        var given = deployment.Settings.Command is null ? context.Deployment.Spec.Start.Command : deployment.Settings.Arguments;
        var settings = await context.SettingsAsync().ConfigureAwait(false);
        var options = string.Join(' ', given) + " " + settings.Get("JAVA_TOOL_OPTIONS") + " " + settings.Get("JDK_JAVA_OPTIONS");
        return [.. needs.Where(need => !options.Contains(need.Arguments[^1], StringComparison.Ordinal)).Select(need => string.Join(' ', need.Arguments)).Distinct().Select(text => Finding.Warning(
            $"Stops of this path are to be started with '{text}', and {context.Name} is not: what needs it fails then.",
            $"Add it to the deployment's arguments, or set JDK_JAVA_OPTIONS=\"{text}\" in its environment (every Java from 9 on reads it).",
            context.Name))];
    }
}
