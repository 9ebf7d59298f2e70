namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The container is no task of a swarm's service or of Kubernetes, which would start the old version in its place at once.</summary>
internal sealed class OwnedBySwarmCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "OwnedBySwarm";

    /// <inheritdoc/>
    public bool Concerns(ReadinessContext context) => ContainerLook.Concerns(context);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (await ContainerLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is not { } look) return [];
        if (look.Labels.TryGetValue("com.docker.swarm.service.name", out var service) || look.Labels.TryGetValue("com.docker.swarm.service.id", out service))
        {
            return [Finding.Blocker(
                $"The container '{look.Name}' is a task of the swarm's service '{service}', which starts another one in the place of one that stops.",
                $"Scale the service to one task, make a backup (Backup-AppDatabase) and run 'docker service update --image REPOSITORY:TAG {service}' yourself; this version of the module can't do that for you.",
                look.Name)];
        }

        if (!look.Labels.TryGetValue("io.kubernetes.pod.name", out var pod)) return [];
        return [Finding.Blocker($"The container '{look.Name}' belongs to the pod '{pod}' of Kubernetes, which starts another one in its place.", "Change the image in the pod's deployment, after a backup; this version of the module can't do that for you.", look.Name)];
    }
}
