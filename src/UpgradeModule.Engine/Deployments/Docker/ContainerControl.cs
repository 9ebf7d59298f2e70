using System.Globalization;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Starts and stops the container of a deployment, and tells how it is.</summary>
internal static class ContainerControl
{
    /// <summary>What to do about a container that is gone when it is stopped.</summary>
    public const string RemovedWhenStoppedRemedy = "Run it anew without --rm, with its data on named volumes or folders of the host: stopping it removes it, so copy what lies in anonymous volumes out first ('docker cp').";

    /// <summary>What is lost with a container that is gone when it is stopped.</summary>
    /// <param name="name">Its name.</param>
    public static string RemovedWhenStoppedMessage(string name) => $"The container '{name}' was run with --rm: stopped, it is gone, and with it its anonymous volumes and the way back.";

    /// <summary>Tells whether it runs.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<AppService> LookAsync(DockerDeployment deployment, CancellationToken cancellationToken) =>
        Service(deployment, await deployment.InspectAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>Starts it; what a swap that was cut short has left is cleared away before. One that its engine can't start any more, since it ended in the middle of a start, is made anew.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ServiceStartFailed</c>, <c>PortTaken</c>, <c>ContainerNotFound</c>.</exception>
    public static async Task<AppService> StartAsync(DockerDeployment deployment, CancellationToken cancellationToken)
    {
        await new SwapRecovery(deployment.Engine, deployment.Context, deployment.Name).SettleAsync(null, cancellationToken).ConfigureAwait(false);
        var container = await deployment.InspectAsync(cancellationToken).ConfigureAwait(false);
        var name = deployment.Context.Deployment.Name;
        if (container.State?.Paused == true)
        {
            throw new UpgradeException("ServiceStartFailed", UpgradeErrorCategory.InvalidOperation, name, $"The container '{deployment.Name}' of '{name}' is paused.", $"Let it go on with 'docker unpause {deployment.Name}', or stop it first.");
        }

        if (ContainerStatus.IsUp(container)) return Service(deployment, container);
        await new ContainerStart(deployment, Grace(deployment.Context, container)).StartAsync(container, cancellationToken).ConfigureAwait(false);
        return await LookAsync(deployment, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops it gracefully and kills it after its grace.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="grace">How long it may take; the deployment's, the container's own or the definition's where <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ServiceStopFailed</c>: it still runs, or it would be gone; <c>ContainerNotFound</c>.</exception>
    public static async Task<AppService> StopAsync(DockerDeployment deployment, TimeSpan? grace, CancellationToken cancellationToken)
    {
        var container = await deployment.InspectAsync(cancellationToken).ConfigureAwait(false);
        if (!ContainerStatus.IsUp(container)) return Service(deployment, container);
        var context = deployment.Context;
        if (container.HostConfig?.AutoRemove == true)
        {
            throw new UpgradeException("ServiceStopFailed", UpgradeErrorCategory.InvalidOperation, context.Deployment.Name, $"The container '{deployment.Name}' of '{context.Deployment.Name}' was not stopped. {RemovedWhenStoppedMessage(deployment.Name)}", RemovedWhenStoppedRemedy);
        }

        var patience = grace ?? Grace(context, container);
        await deployment.Engine.StopContainerAsync(container.Id, patience, cancellationToken).ConfigureAwait(false);
        container = await deployment.InspectAsync(cancellationToken).ConfigureAwait(false);
        if (ContainerStatus.IsUp(container))
        {
            throw new UpgradeException("ServiceStopFailed", UpgradeErrorCategory.InvalidOperation, context.Deployment.Name, $"The container '{deployment.Name}' of '{context.Deployment.Name}' still runs, although it was stopped.", "Look at it with 'docker ps' and 'docker inspect': something may start it again.");
        }

        if (container.State?.ExitCode == 137) context.Operation.Warning(string.Create(CultureInfo.InvariantCulture, $"'{context.Deployment.Name}' did not stop within {patience.TotalSeconds:0.#} seconds and was killed."));
        return Service(deployment, container);
    }

    private static TimeSpan Grace(DeploymentContext context, ContainerInspect container) => context.Deployment.Settings.StopTimeout ?? Own(container) ?? TimeSpan.FromSeconds(context.Spec.Start.GraceSeconds);

    private static TimeSpan? Own(ContainerInspect container) => container.Config?.StopTimeout is { } seconds and >= 0 ? TimeSpan.FromSeconds(seconds) : null;

    private static AppService Service(DockerDeployment deployment, ContainerInspect container)
    {
        var status = ContainerStatus.Of(container, deployment.Context.Spec, DateTimeOffset.UtcNow);
        return new AppService
        {
            Deployment = deployment.Context.Deployment,
            HostKind = AppHostKind.Docker,
            Status = status,
            ContainerId = container.Id,
            StartedOn = ContainerStatus.IsUp(container) ? ContainerStatus.StartedOn(container) : null,
            ExitCode = ContainerStatus.WasStarted(container) && (container.State?.Running != true || container.State.Restarting) ? container.State?.ExitCode : null,
            Restarts = container.RestartCount,
        };
    }
}
