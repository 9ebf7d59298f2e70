using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments;

/// <summary>Services of deployments, whatever their host kind.</summary>
/// <param name="hosts">The host kinds.</param>
/// <param name="prober">Asks applications.</param>
/// <param name="waiter">Waits for them.</param>
internal sealed class ServiceControl(AppHosts hosts, IHealthProber prober, IServiceWaiter waiter) : IServiceControl
{
    /// <inheritdoc/>
    public async Task<AppService> GetAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var service = await hosts.For(context.Deployment.HostKind).GetServiceAsync(context, cancellationToken).ConfigureAwait(false);

        // Of a service that doesn't run, another one could answer at its address.
        if (service.Status is AppServiceStatus.Stopped or AppServiceStatus.Crashed or AppServiceStatus.Restarting) return Emit(service);
        var report = await prober.ProbeAsync(context, null, deep: true, cancellationToken).ConfigureAwait(false);
        var starting = service.Status == AppServiceStatus.Running && report.Health is AppHealth.Starting or AppHealth.Migrating or AppHealth.Unreachable;
        return Emit(service with
        {
            Status = starting ? AppServiceStatus.Starting : service.Status,
            Health = report.Health,
            HealthDetail = report.Detail,
            MigrationProgress = report.Progress,
            Version = report.Version,
        });
    }

    /// <inheritdoc/>
    public async Task<AppService> StartAsync(DeploymentContext context, CancellationToken cancellationToken) =>
        Emit(await AloneAsync(context, "starting the service", host => host.StartAsync(context, cancellationToken), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public async Task<AppService> StopAsync(DeploymentContext context, TimeSpan? grace, CancellationToken cancellationToken) =>
        Emit(await AloneAsync(context, "stopping the service", host => host.StopAsync(context, grace, cancellationToken), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public async Task<AppService> WaitAsync(DeploymentContext context, TimeSpan? timeout, CancellationToken cancellationToken) =>
        Emit(await waiter.WaitAsync(context, new WaitRequest { Timeout = timeout }, cancellationToken).ConfigureAwait(false));

    // An application that is started in the middle of an upgrade writes what the way back would lose.
    private async Task<AppService> AloneAsync(DeploymentContext context, string purpose, Func<IAppHost, Task<AppService>> act, CancellationToken cancellationToken)
    {
        var host = hosts.For(context.Deployment.HostKind);
        var taken = await host.LockAsync(context, purpose, cancellationToken).ConfigureAwait(false);
        await using (taken.ConfigureAwait(false))
        {
            return await act(host).ConfigureAwait(false);
        }
    }

    private static AppService Emit(AppService service) =>
        service with { Deployment = service.Deployment with { Status = service.Status, Version = service.Version ?? service.Deployment.Version } };
}
