using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Checks and completes what a caller says of a deployment in a container.</summary>
internal static class ContainerDraft
{
    /// <summary>Checks that the container is there, and completes the deployment by its name, its edition and its address.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DeploymentInvalid</c>, <c>ContainerNotFound</c>.</exception>
    public static async Task<AppDeployment> CompleteAsync(DockerDeployment deployment, CancellationToken cancellationToken)
    {
        var context = deployment.Context;
        Refuse(context.Deployment);
        var container = await deployment.InspectAsync(cancellationToken).ConfigureAwait(false);
        var edition = EditionOf(context.Spec, container);
        if (edition is null && context.Spec.Image is { } image)
        {
            context.Operation.Warning($"The container '{container.PlainName}' is of the image '{container.Config?.Image}', and {context.Spec.DisplayName} is known as {string.Join(", ", image.Repositories.Values)}.");
        }

        var url = context.Deployment.Url;
        if (url is null)
        {
            var settings = await ContainerSettings.ReadAsync(deployment.Engine, context, container, lenient: true, cancellationToken).ConfigureAwait(false);
            url = ContainerAddress.Of(context.Spec, container, settings, deployment.Engine.Address);
            if (url is null && context.Spec.Health.Readiness is not null) context.Operation.Warning($"The container '{container.PlainName}' publishes no port at which it could be asked how it is. Give its address with -Url.");
        }

        return context.Deployment with
        {
            // An id is gone with the container at the first upgrade; a name goes over to the next.
            Settings = context.Deployment.Settings with { Container = container.PlainName },
            Edition = context.Deployment.Edition.Length > 0 ? context.Deployment.Edition : edition ?? "",
            Url = url,
        };
    }

    private static void Refuse(AppDeployment deployment)
    {
        var settings = deployment.Settings;
        var given = settings.ArtifactPath is not null ? "-ArtifactPath"
            : settings.Command is not null ? "-Command"
            : settings.EnvironmentFiles.Count > 0 ? "-EnvironmentFile"
            : settings.EnvironmentReferences.Count > 0 ? "-EnvironmentReference"
            : settings.Unit is not null ? "-Unit"
            : null;
        if (given is null) return;
        throw new UpgradeException("DeploymentInvalid", UpgradeErrorCategory.InvalidArgument, deployment.Name, $"{given} says nothing of a container: what '{deployment.Name}' runs, and with which settings, stands in the container '{settings.Container}' itself.", $"Leave {given} away.");
    }

    private static string? EditionOf(AppSpec spec, ContainerInspect container)
    {
        var references = new[] { container.Config?.Image, container.Config?.Labels?.GetValueOrDefault(ContainerLabels.Reference) }.OfType<string>().Select(ImageReference.Parse).ToList();
        var known = (spec.Image?.Repositories ?? new Dictionary<string, string>()).Select(static pair => (pair.Key, pair.Value)).Concat(spec.Editions.SelectMany(static edition => edition.Images.Select(image => (edition.Id, image))));
        return known.FirstOrDefault(pair => references.Any(reference => reference.IsOf(pair.Item2))).Item1;
    }
}
