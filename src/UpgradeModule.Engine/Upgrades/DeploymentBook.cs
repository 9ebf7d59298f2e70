using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.State;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>Keeps the version and edition of a stored deployment as they are after a stop.</summary>
internal static class DeploymentBook
{
    /// <summary>Saves them. A store that fails is told and no reason to take a healthy version back.</summary>
    /// <param name="store">The store.</param>
    /// <param name="context">The deployment as it is now.</param>
    public static async Task SaveAsync(IStateStore store, DeploymentContext context)
    {
        var deployment = context.Deployment;
        if (!deployment.Stored) return;
        try
        {
            // What is stored stays as it is otherwise: the caller's record may be a snapshot with more in it.
            var all = await store.ListDeploymentsAsync(CancellationToken.None).ConfigureAwait(false);
            var stored = all.FirstOrDefault(other => string.Equals(other.Name, deployment.Name, StringComparison.OrdinalIgnoreCase));
            if (stored is null) return;
            await store.SaveDeploymentAsync(stored with { Version = deployment.Version, Edition = deployment.Edition }, replace: true, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            context.Operation.Warning($"{deployment.Name} runs {deployment.Version} now, and that could not be stored in {store.Path}: {failure.Message}");
        }
    }
}
