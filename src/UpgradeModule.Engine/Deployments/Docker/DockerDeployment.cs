using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>A deployment in a container, and the engine that runs it.</summary>
/// <param name="Engine">The engine.</param>
/// <param name="Context">The deployment.</param>
internal sealed record DockerDeployment(IContainerEngine Engine, DeploymentContext Context)
{
    /// <summary>The container's name, as the deployment has it.</summary>
    public string Name => ContainerNames.Plain(Context.Deployment.Settings.Container);

    /// <summary>Opens a deployment.</summary>
    /// <param name="engines">The engines.</param>
    /// <param name="context">The deployment.</param>
    /// <exception cref="UpgradeException"><c>DeploymentInvalid</c>: it names no container.</exception>
    public static DockerDeployment Of(DockerEngines engines, DeploymentContext context)
    {
        if (ContainerNames.Plain(context.Deployment.Settings.Container).Length == 0)
        {
            throw new UpgradeException("DeploymentInvalid", UpgradeErrorCategory.InvalidArgument, context.Deployment.Name, $"'{context.Deployment.Name}' runs in a container, and the deployment doesn't say in which.", "Name it with -Container; 'docker ps' lists them.");
        }

        return new DockerDeployment(engines.At(context.Deployment.Settings.DockerHost), context);
    }

    /// <summary>Looks the container up. In the middle of a swap that was cut short, it is the old one.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ContainerInspect?> FindAsync(CancellationToken cancellationToken) =>
        await Engine.FindContainerAsync(Name, cancellationToken).ConfigureAwait(false)
        ?? (await new SwapRecovery(Engine, Context, Name).HalfDoneAsync(cancellationToken).ConfigureAwait(false))?.Old;

    /// <summary>Inspects the container.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ContainerNotFound</c>.</exception>
    public async Task<ContainerInspect> InspectAsync(CancellationToken cancellationToken) =>
        await FindAsync(cancellationToken).ConfigureAwait(false) ?? throw NotFound(Engine, Context, Name);

    /// <summary>The failure that there is no such container.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="context">The deployment.</param>
    /// <param name="name">The container's name.</param>
    public static UpgradeException NotFound(IContainerEngine engine, DeploymentContext context, string name) =>
        new("ContainerNotFound", UpgradeErrorCategory.ObjectNotFound, name, $"There is no container '{name}' on {engine.Address}, in which '{context.Deployment.Name}' runs.", "Look with 'docker ps --all'; name the right one with -Container, and the engine with -DockerHost.");
}
