using UpgradeModule.Engine.Deployments.Systemd;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The unit of a deployment, for the checks that concern one.</summary>
/// <param name="Host">The host that runs it.</param>
/// <param name="Unit">The unit as systemd has read it.</param>
internal sealed record UnitLook(SystemdHost Host, Unit Unit)
{
    /// <summary>Whether systemd runs a deployment.</summary>
    /// <param name="context">What the checks share.</param>
    public static bool Concerns(ReadinessContext context) => context.Deployment.Deployment.HostKind == AppHostKind.Systemd;

    /// <summary>Looks.</summary>
    /// <param name="context">What the checks share.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The unit; <see langword="null"/> where the deployment has none, or it can't be looked at, which another check tells.</returns>
    public static async Task<UnitLook?> AtAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (context.Host is not SystemdHost host) return null;
        try
        {
            return new UnitLook(host, await host.OpenAsync(context.Deployment, cancellationToken).ConfigureAwait(false));
        }
        catch (UpgradeException)
        {
            return null;
        }
    }
}
