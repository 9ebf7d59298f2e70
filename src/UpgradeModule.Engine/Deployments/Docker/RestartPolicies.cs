using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Takes restart policies off containers that are kept, so that a restart of the engine doesn't bring two versions up, and gives them back.</summary>
internal static class RestartPolicies
{
    /// <summary>Takes it off.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="container">The container.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static Task TakeOffAsync(IContainerEngine engine, ContainerInspect container, CancellationToken cancellationToken) =>
        IsNone(container.HostConfig?.RestartPolicy) ? Task.CompletedTask : SetAsync(engine, container, new RestartPolicy { Name = "no", MaximumRetryCount = 0 }, cancellationToken);

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

    private static async Task SetAsync(IContainerEngine engine, ContainerInspect container, RestartPolicy policy, CancellationToken cancellationToken)
    {
        try
        {
            await engine.UpdateContainerAsync(container.Id, new ContainerUpdate { RestartPolicy = policy }, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure) when (failure.ErrorId is "ContainerEngineNotSupported" or "ContainerEngineTooOld")
        {
            // Podman before 5 can't; it has no daemon either that would start containers by itself.
        }
    }
}
