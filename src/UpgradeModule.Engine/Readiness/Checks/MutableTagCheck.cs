using UpgradeModule.Engine.Deployments.Docker;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The container's image was named by a tag that stays: one that moves tells nobody which version runs.</summary>
internal sealed class MutableTagCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "MutableTag";

    /// <inheritdoc/>
    public bool Concerns(ReadinessContext context) => ContainerLook.Concerns(context);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (await ContainerLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is not { } look) return [];
        var reference = ImageReference.Parse(look.Container.Config?.Image);
        if (reference.Digest is not null || reference.IsId || !new ImageTags(context.Deployment.Spec).IsMutable(reference.Tag)) return [];
        return [Finding.Warning(
            $"The container '{look.Name}' was made from '{reference}', and that tag moves: whoever makes it anew gets another version, with a migration that nobody asked for.",
            "The upgrade pins the new container to the digest of its version. Write the version's own tag wherever the container is described, too.",
            reference.ToString())];
    }
}
