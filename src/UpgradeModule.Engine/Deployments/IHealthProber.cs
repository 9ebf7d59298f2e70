using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments;

/// <summary>Asks an application how it is, by its definition: liveness, readiness, deep probes, version.</summary>
public interface IHealthProber
{
    /// <summary>Asks once.</summary>
    /// <param name="context">The deployment; its <c>Url</c> is the base address.</param>
    /// <param name="expected">The version that is expected to answer, for probes that compare it; <see langword="null"/> for any.</param>
    /// <param name="deep">Whether deep probes are asked too.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The answer. A connection that is refused or reset is an answer (<see cref="AppHealth.Unreachable"/>), no exception.</returns>
    Task<HealthReport> ProbeAsync(DeploymentContext context, AppVersion? expected, bool deep, CancellationToken cancellationToken);
}
