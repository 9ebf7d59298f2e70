namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The application runs and is healthy now: what is broken before would be taken for a failure of the upgrade.</summary>
internal sealed class ServiceHealthyCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "ServiceHealthy";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        var service = await context.ServiceAsync().ConfigureAwait(false);
        var name = context.Name;
        switch (service.Status)
        {
            case AppServiceStatus.Stopped:
                return [Finding.Warning($"{name} doesn't run, so it can't be seen whether it is healthy before the upgrade.", "Start it and look, or go on: it will run afterwards.", name)];
            case AppServiceStatus.Crashed:
                return [Finding.Blocker($"{name} ended by itself{(service.ExitCode is { } code ? $" with exit code {code}" : "")}.", "Find out why in its log and start it: a version that doesn't run can't be gone back to.", service.LogPath ?? name)];
            case AppServiceStatus.Restarting:
                return [Finding.Blocker($"{name} is in a crash loop{(service.ExitCode is { } last ? $", with exit code {last}" : "")}: its host starts it again and again.", "Find out why in its log and mend it: a version that doesn't run can't be gone back to.", service.LogPath ?? name)];
            case AppServiceStatus.Stopping:
                return [Finding.Blocker($"{name} is stopping.", "Wait until it has stopped, then start it.", name)];
            default:
                break;
        }

        var report = await context.HealthAsync().ConfigureAwait(false);
        var detail = report.Detail is { Length: > 0 } text ? $": {text}" : "";
        return report.Health switch
        {
            AppHealth.Healthy => [],
            AppHealth.Unknown => [Finding.Warning($"Whether {name} is healthy is not known{detail}.", "Set the deployment's address, so that it can be asked.", name)],
            AppHealth.Starting or AppHealth.Migrating => [Finding.Blocker($"{name} is {report.Health.ToString().ToLowerInvariant()}{detail}.", "Wait until it is healthy: Wait-AppService.", name)],
            AppHealth.Unreachable => [Finding.Blocker($"{name} runs, and nothing answers at {context.Deployment.Deployment.Url ?? "its address"}{detail}.", "Check the deployment's address, or wait until the application has started.", context.Deployment.Deployment.Url)],
            _ => [Finding.Blocker($"{name} runs and is not healthy{detail}.", "Mend it first: a failure from before would be taken for one of the upgrade.", name)],
        };
    }
}
