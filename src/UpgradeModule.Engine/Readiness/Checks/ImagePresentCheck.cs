namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The image that the container was made from is still there: without it, nobody can tell what was the image's and what is the container's own.</summary>
internal sealed class ImagePresentCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "ImagePresent";

    /// <inheritdoc/>
    public bool Concerns(ReadinessContext context) => ContainerLook.Concerns(context);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (await ContainerLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is not { Container.Image: { } id } look) return [];
        return await look.Deployment.Engine.FindImageAsync(id, cancellationToken).ConfigureAwait(false) is not null
            ? []
            : [Finding.Blocker(
                $"The image of the container '{look.Name}' ({look.Container.Config?.Image}) is not on {look.Deployment.Engine.Address} any more, so the new container would run with settings of the old version.",
                $"Bring the very same image back ('docker pull {look.Container.Config?.Image}', or 'docker load'), or run the container anew.",
                look.Name)];
    }
}
