using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Takes restart policies off containers that are kept, so that a restart of the engine doesn't bring two versions up, and gives them back.</summary>
internal static class RestartPolicies
{
    /// <summary>What keeps a container from being started at boot whose policy can't be taken off.</summary>
    public const string Remedy = "Disable it until Complete-UpgradeRun has removed what is kept: 'systemctl disable podman-restart.service' (with '--user' for rootless Podman). Podman 5 needs none of this.";

    /// <summary>Takes it off.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="container">The container.</param>
    /// <param name="context">The deployment, whose user is told where it can't be taken off.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task TakeOffAsync(IContainerEngine engine, ContainerInspect container, DeploymentContext context, CancellationToken cancellationToken)
    {
        var policy = container.HostConfig?.RestartPolicy;
        if (IsNone(policy) || await SetAsync(engine, container, new RestartPolicy { Name = "no", MaximumRetryCount = 0 }, cancellationToken).ConfigureAwait(false) || !StartsAtBoot(policy)) return;
        context.Operation.Warning($"The engine can't take the restart policy '{policy!.Name}' off the container of '{context.Deployment.Name}' that is kept: where podman-restart.service is enabled, a restart of this machine starts it beside the new one. {Remedy}");
    }

    /// <summary>Gives it back.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="container">The container, as it is kept.</param>
    /// <param name="policy">The policy that it had.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static Task GiveBackAsync(IContainerEngine engine, ContainerInspect container, RestartPolicy? policy, CancellationToken cancellationToken) =>
        IsNone(policy) || container.HostConfig?.RestartPolicy?.Name == policy!.Name ? Task.CompletedTask : SetAsync(engine, container, policy, cancellationToken);

    /// <summary>Whether a policy restarts nothing.</summary>
    /// <param name="policy">The policy.</param>
    public static bool IsNone(RestartPolicy? policy) => policy?.Name is null or "" or "no";

    /// <summary>Whether a policy lets a container be started with the machine.</summary>
    /// <param name="policy">The policy.</param>
    public static bool StartsAtBoot(RestartPolicy? policy) => policy?.Name is "always" or "unless-stopped";

    // Whether the engine could.
    private static async Task<bool> SetAsync(IContainerEngine engine, ContainerInspect container, RestartPolicy policy, CancellationToken cancellationToken)
    {
        try
        {
            await engine.UpdateContainerAsync(container.Id, new ContainerUpdate { RestartPolicy = policy }, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (UpgradeException failure) when (failure.ErrorId is "ContainerEngineNotSupported" or "ContainerEngineTooOld")
        {
            // Podman before 5 can't. It has no daemon that would start containers by itself, but distributions have a unit that does so at boot.
            return false;
        }
    }
}
