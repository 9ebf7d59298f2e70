using System.Globalization;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The port at which the application is asked stays the same: one of the engine's choice is another one after each start.</summary>
internal sealed class PortPublishedCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "PortPublished";

    /// <inheritdoc/>
    public bool Concerns(ReadinessContext context) => ContainerLook.Concerns(context);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (await ContainerLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is not { } look) return [];
        if (!Uri.TryCreate(context.Deployment.Deployment.Url, UriKind.Absolute, out var url)) return [];
        var port = url.Port.ToString(CultureInfo.InvariantCulture);
        var asked = (look.Container.HostConfig?.PortBindings?.Values ?? []).SelectMany(static bindings => bindings ?? []).ToList();
        if (asked.Any(binding => binding.HostPort == port)) return [];
        var now = (look.Container.NetworkSettings?.Ports?.Values ?? []).SelectMany(static bindings => bindings ?? []);
        return !now.Any(binding => binding.HostPort == port)
            ? []
            : [Finding.Blocker(
                $"The application is asked at {url}, and the engine chose that port by itself: the new container gets another one, and nobody would find it there.",
                $"Run the container anew with a port of your own choice ('--publish {port}:…'), or give the address of a proxy before it with Set-AppDeployment -Url.",
                look.Name)];
    }
}
