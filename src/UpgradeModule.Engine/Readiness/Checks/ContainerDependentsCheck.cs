using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Deployments.Docker;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>No other container is tied to this very one: what shares its network or volumes, or is linked to it, stays tied to the old one.</summary>
internal sealed class ContainerDependentsCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "ContainerDependents";

    /// <inheritdoc/>
    public bool Concerns(ReadinessContext context) => ContainerLook.Concerns(context);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (await ContainerLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is not { } look) return [];
        var tied = new List<string>();
        foreach (var listed in await look.Deployment.Engine.ListContainersAsync(new ContainerQuery { All = false }, cancellationToken).ConfigureAwait(false))
        {
            if (listed.Id == look.Container.Id || await look.Deployment.Engine.FindContainerAsync(listed.Id, cancellationToken).ConfigureAwait(false) is not { HostConfig: { } other }) continue;
            if (How(other, look.Container) is { } how) tied.Add($"'{listed.PlainName}' {how}");
        }

        return tied.Count == 0
            ? []
            : [Finding.Warning(
                $"Other containers are tied to '{look.Name}' itself, and not to its name: {string.Join("; ", tied)}. They stay tied to the old one, which is stopped.",
                "Restart or recreate them after the upgrade, or let them find the application by its name in a network of their own.",
                look.Name)];
    }

    private static string? How(HostConfig other, ContainerInspect container)
    {
        if (other.NetworkMode is { } mode && mode.StartsWith("container:", StringComparison.Ordinal) && Is(mode["container:".Length..], container)) return "shares its network";
        if ((other.VolumesFrom ?? []).Any(from => Is(from.Split(':')[0], container))) return "has its volumes (--volumes-from)";
        return (other.Links ?? []).Any(link => Is(ContainerNames.Plain(link.Split(':')[0]), container)) ? "is linked to it (--link)" : null;
    }

    private static bool Is(string nameOrId, ContainerInspect container) =>
        nameOrId == container.PlainName || (nameOrId.Length >= 12 && container.Id.StartsWith(nameOrId, StringComparison.OrdinalIgnoreCase));
}
