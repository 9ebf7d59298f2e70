using UpgradeModule.Engine.Deployments.Docker;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>Nobody else is at work on the deployment.</summary>
internal sealed class LockedCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "Locked";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (context.Request.HoldsLock) return [];

        // In a container's engine a lock is a thing that others see come and go, so it is only looked at.
        if (await ContainerLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is { } look)
        {
            return await ContainerLock.SeeAsync(look.Deployment, cancellationToken).ConfigureAwait(false) is { } held ? [Finding.Blocker(held.Message, "", context.Name)] : [];
        }

        try
        {
            // Taken for a moment and given back: there is no other way to see it that can't be wrong.
            var taken = await context.Host.LockAsync(context.Deployment, "a readiness check", cancellationToken).ConfigureAwait(false);
            await taken.DisposeAsync().ConfigureAwait(false);
            return [];
        }
        catch (UpgradeException failure) when (failure.ErrorId == "DeploymentLocked")
        {
            return [Finding.Blocker(failure.Message, "", context.Name)];
        }
    }
}
