using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>No stop was withdrawn; a release that runs and was withdrawn is told.</summary>
internal sealed class ReleaseStatusCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "ReleaseWithdrawn";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken) => Task.FromResult(Check(context));

    private static IReadOnlyList<Finding> Check(ReadinessContext context)
    {
        var findings = new List<Finding>();
        var spec = context.Deployment.Spec;
        if (context.Path.From is { } from && Find(spec, from) is { } running && ReleaseStatuses.Parse(running.Status) is ReleaseStatus.Withdrawn)
        {
            findings.Add(Finding.Warning($"{from}, which runs now, was withdrawn by its vendor.{Note(running)}", "Upgrade soon.", from.Text));
        }

        foreach (var stop in context.Path.Stops)
        {
            if (Find(spec, stop.To) is not { } release) continue;
            switch (ReleaseStatuses.Parse(release.Status))
            {
                case ReleaseStatus.Withdrawn or ReleaseStatus.NeverPublished or ReleaseStatus.TagOnly:
                    findings.Add(Finding.Blocker($"The stop {stop.To} was withdrawn or never published.{Note(release)}", "Choose another target: Get-AppRelease lists them.", stop.To.Text));
                    break;
                case ReleaseStatus.NotRecommended:
                    findings.Add(Finding.Warning($"The stop {stop.To} is not recommended.{Note(release)}", "Prefer another target: Get-AppRelease lists them.", stop.To.Text));
                    break;
                default:
                    break;
            }
        }

        return findings;
    }

    private static ReleaseSpec? Find(AppSpec spec, AppVersion version)
    {
        var scheme = VersionScheme.Of(spec);
        return spec.Releases.FirstOrDefault(release => AppVersion.TryParse(release.Version, out var other) && scheme.Compare(other, version) == 0);
    }

    private static string Note(ReleaseSpec release) => release.Notes is { Length: > 0 } notes ? " " + notes : "";
}
