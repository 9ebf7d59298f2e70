using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments;

/// <summary>
/// Asks an application how it is. A 200 alone says little (liveness answers before the migrations are done, old code answers on a newer schema),
/// so readiness is compared with what the definition expects, and deep probes read the database through the application.
/// </summary>
internal sealed class HealthProber : IHealthProber, IDisposable
{
    private readonly HealthClient _client = new();

    /// <inheritdoc/>
    public async Task<HealthReport> ProbeAsync(DeploymentContext context, AppVersion? expected, bool deep, CancellationToken cancellationToken)
    {
        var spec = context.Spec.Health;
        var url = context.Deployment.Url;
        if (string.IsNullOrEmpty(url) || (spec.Readiness ?? spec.Liveness) is not { } readiness) return new HealthReport { Detail = "It has no address to ask." };
        if (!Uri.TryCreate(url.EndsWith('/') ? url : url + "/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            return new HealthReport { Detail = "Its address is no http or https address." };
        }

        var match = new ProbeMatch(context.Spec.Versions, expected);
        var answer = await _client.AskAsync(address, readiness, cancellationToken).ConfigureAwait(false);
        if (answer.Status == 0) return new HealthReport { Health = AppHealth.Unreachable, Detail = answer.Text };
        if (!match.IsAsExpected(readiness, answer, out var reason)) return await NotReadyAsync(spec, address, match, answer, reason, cancellationToken).ConfigureAwait(false);

        var version = await VersionAsync(spec, address, cancellationToken).ConfigureAwait(false);
        if (version is not null && expected is not null && version != expected)
        {
            return new HealthReport { Health = AppHealth.Unhealthy, Version = version, Detail = $"It answers as version {version}, not as {expected}." };
        }

        foreach (var probe in deep ? spec.Deep : [])
        {
            var deepAnswer = await _client.AskAsync(address, probe, cancellationToken).ConfigureAwait(false);
            if (!match.IsAsExpected(probe, deepAnswer, out var deepReason))
            {
                return new HealthReport { Health = deepAnswer.Status == 503 ? AppHealth.Starting : AppHealth.Unhealthy, Version = version, Detail = $"{probe.Path}: {deepReason}" };
            }
        }

        return new HealthReport { Health = AppHealth.Healthy, Version = version, Progress = null, Detail = answer.Describe() };
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<HealthReport> NotReadyAsync(HealthSpec spec, Uri address, ProbeMatch match, HealthAnswer answer, string reason, CancellationToken cancellationToken)
    {
        var progress = spec.Progress is null || !double.TryParse(JsonPath.Read(answer.Body, spec.Progress), NumberStyles.Float, CultureInfo.InvariantCulture, out var told) ? (double?)null : Math.Clamp(told, 0, 1);
        if (progress is not null || (spec.MigratingBody is not null && ProbeMatch.Matches(answer.Body, spec.MigratingBody)))
        {
            return new HealthReport { Health = AppHealth.Migrating, Progress = progress, Detail = answer.Describe() };
        }

        if (answer.Status == 503) return new HealthReport { Health = AppHealth.Starting, Detail = answer.Describe() };
        if (spec.Liveness is null || spec.Liveness == spec.Readiness || spec.Readiness is null) return new HealthReport { Health = AppHealth.Unhealthy, Detail = reason };

        // It lives and isn't ready: that is how an application starts. What doesn't even live as expected is ill.
        var liveness = await _client.AskAsync(address, spec.Liveness, cancellationToken).ConfigureAwait(false);
        return new HealthReport { Health = match.IsAsExpected(spec.Liveness, liveness, out _) ? AppHealth.Starting : AppHealth.Unhealthy, Detail = reason };
    }

    private async Task<AppVersion?> VersionAsync(HealthSpec spec, Uri address, CancellationToken cancellationToken)
    {
        if (spec.Version is null) return null;
        var answer = await _client.AskAsync(address, spec.Version, cancellationToken).ConfigureAwait(false);
        if (!spec.Version.Status.Contains(answer.Status)) return null;
        var text = spec.VersionPath is not null ? JsonPath.Read(answer.Body, spec.VersionPath) : spec.VersionPattern is not null ? ProbeMatch.Group(answer.Body, spec.VersionPattern, "version") : answer.Body;
        return AppVersion.TryParse(text, out var version) ? version : null;
    }
}
