namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The engine lets this user change containers: a proxy before its socket may let him look only.</summary>
internal sealed class ContainerEngineRightsCheck : IReadinessCheck
{
    // No container can have this name, so nothing happens where the right is there.
    private const string Nobody = "upgrademodule-asks-for-its-rights";

    /// <inheritdoc/>
    public string Name => "ContainerEngineRights";

    /// <inheritdoc/>
    public bool Concerns(ReadinessContext context) => ContainerLook.Concerns(context);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (await ContainerLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is not { } look) return [];
        try
        {
            await look.Deployment.Engine.KillContainerAsync(Nobody, "SIGWINCH", cancellationToken).ConfigureAwait(false);
            return [];
        }
        catch (UpgradeException failure) when (failure.ErrorId == "ContainerNotFound")
        {
            return [];
        }
        catch (UpgradeException failure)
        {
            return [Finding.Blocker(
                $"This user may look at containers on {look.Deployment.Engine.Address}, and not change them: {failure.Message}",
                "Run as a user who may, or let the proxy before the engine's socket pass POST and DELETE for containers and images.",
                look.Deployment.Engine.Address)];
        }
    }
}
