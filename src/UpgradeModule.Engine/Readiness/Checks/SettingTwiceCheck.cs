using UpgradeModule.Engine.Deployments;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>No setting of a container is given as a value and as a file at once: start scripts of images that read such files end with an error then.</summary>
internal sealed class SettingTwiceCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "SettingTwice";

    /// <inheritdoc/>
    public bool Concerns(ReadinessContext context) => ContainerLook.Concerns(context);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (context.Deployment.Spec.Settings is not { FileSuffix: { Length: > 0 } suffix } spec) return [];
        var settings = await context.SettingsAsync().ConfigureAwait(false);

        // A value that was read from the file has the file as its source.
        return [.. settings.Names
            .Where(name => settings.Get(name) is not null && settings.Get(name + suffix) is not null && settings.SourceOf(name) == settings.SourceOf(name + suffix) && SettingsCompletion.IsKnown(spec, name))
            .Order(StringComparer.Ordinal)
            .Select(name => Finding.Warning(
                $"Both {name} and {name + suffix} are set ({settings.SourceOf(name)}): start scripts of newer images refuse that and end.",
                $"Remove one of the two: run the container anew without {name}, or without {name + suffix}.",
                name))];
    }
}
