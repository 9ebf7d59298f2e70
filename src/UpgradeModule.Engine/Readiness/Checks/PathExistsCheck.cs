using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>There is a path, it belongs to the application, starts at the version that is installed and goes up.</summary>
internal sealed class PathExistsCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "PathExists";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken) => Task.FromResult(Check(context));

    private static IReadOnlyList<Finding> Check(ReadinessContext context)
    {
        var path = context.Path;
        if (path.From is null || path.To is null) return [];
        var scheme = VersionScheme.Of(context.Deployment.Spec);
        var findings = new List<Finding>();
        if (path.App.Length > 0 && !string.Equals(path.App, context.Deployment.Spec.Name, StringComparison.OrdinalIgnoreCase))
        {
            findings.Add(Finding.Blocker($"The path is one of {path.App}, and {context.Name} is a deployment of {context.Deployment.Spec.Name}.", "Work out its own: Get-UpgradePath.", path.App));
        }

        if (scheme.Compare(path.To, path.From) < 0)
        {
            findings.Add(Finding.Blocker(
                $"The target {path.To} is older than {path.From}, which is installed. An upgrade only goes up.",
                "There are two ways back: restore a backup that was made with the older version, or migrate the database down with the newer one, where the application can.",
                path.To.Text));
        }
        else if (path.Stops.Count == 0)
        {
            findings.Add(Finding.Warning($"{path.From} is the target already: there is nothing to upgrade.", "Name a newer target, or leave it as it is.", path.To.Text));
        }

        for (var i = 0; findings.Count == 0 && i < path.Stops.Count; i++)
        {
            var before = i == 0 ? path.From : path.Stops[i - 1].To;
            if (scheme.Compare(path.Stops[i].To, before) >= 0 && path.Stops[i].From == before) continue;
            findings.Add(Finding.Blocker($"The stop {path.Stops[i].To} of the path does not follow {before}.", "Work out the path anew: Get-UpgradePath.", path.Stops[i].To.Text));
        }

        return findings;
    }
}
