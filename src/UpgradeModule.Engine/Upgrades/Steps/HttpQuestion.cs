using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades.Steps;

/// <summary>Asks the application one question of a step over HTTP.</summary>
internal static class HttpQuestion
{
    /// <summary>Asks.</summary>
    /// <param name="context">The deployment; its <c>Url</c> is the base address.</param>
    /// <param name="probe">The request and what it must answer.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Whether the answer is as expected; <see langword="null"/> where there was none.</returns>
    public static async Task<bool?> AskAsync(DeploymentContext context, HttpProbeSpec probe, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(context.Deployment.Url?.TrimEnd('/') + "/", UriKind.Absolute, out var address)) return null;
        using var client = new HealthClient();
        var answer = await client.AskAsync(address, probe, cancellationToken).ConfigureAwait(false);
        return answer.Status == 0 ? null : new ProbeMatch(context.Spec.Versions, context.Deployment.Version).IsAsExpected(probe, answer, out _);
    }
}
