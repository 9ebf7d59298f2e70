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
        if (needs.Count == 0) return [];
        var (given, where) = deployment.HostKind switch
        {
            AppHostKind.Process => (deployment.Settings.Command is null ? context.Deployment.Spec.Start.Command : deployment.Settings.Arguments, "Add it to the deployment's arguments"),
            AppHostKind.Systemd => await OfUnitAsync(context, cancellationToken).ConfigureAwait(false),

            // What an image starts is its own affair.
            _ => (null, ""),
        };
        if (given is null) return [];
        var settings = await context.SettingsAsync().ConfigureAwait(false);
        var options = string.Join(' ', given) + " " + settings.Get("JAVA_TOOL_OPTIONS") + " " + settings.Get("JDK_JAVA_OPTIONS");
        return [.. needs.Where(need => !options.Contains(need.Arguments[^1], StringComparison.Ordinal)).Select(need => string.Join(' ', need.Arguments)).Distinct().Select(text => Finding.Warning(
            $"Stops of this path are to be started with '{text}', and {context.Name} is not: what needs it fails then.",
            $"{where}, or set JDK_JAVA_OPTIONS=\"{text}\" in its environment (every Java from 9 on reads it).",
            context.Name))];
    }

    // What a start script gives its Java can't be told.
    private static async Task<(IReadOnlyList<string>? Given, string Where)> OfUnitAsync(ReadinessContext context, CancellationToken cancellationToken) =>
        await UnitLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is { Unit: { Definition.Command: { } command } unit } && Path.GetFileNameWithoutExtension(command.Path) == "java"
            ? (command.Arguments, $"Add it to ExecStart of the unit '{unit.Id}' (systemctl edit {unit.Id})")
            : (null, "");
}
