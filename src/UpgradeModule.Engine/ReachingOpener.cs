using System.Collections.Concurrent;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine;

/// <summary>
/// Opens a deployment's database at the address by which this machine reaches it, whatever address the application knows it by, and whether
/// that was given or read from settings. What is told and stored of a deployment is the application's own address.
/// </summary>
/// <param name="opener">Finds the database and its log-ins.</param>
/// <param name="open">Gives a database to work with.</param>
/// <param name="hosts">The host kinds.</param>
internal sealed class ReachingOpener(IDatabaseOpener opener, Func<DatabaseAccess, IOperationContext, IAppDatabase> open, Func<AppHostKind, IAppHost> hosts) : IDatabaseOpener
{
    // A run opens its database a dozen times: where it is reached is told once.
    private readonly ConcurrentDictionary<string, DatabaseTarget> _told = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<DatabaseAccess> ResolveAsync(DeploymentContext context, AppSettings settings, CancellationToken cancellationToken) => opener.ResolveAsync(context, settings, cancellationToken);

    /// <inheritdoc/>
    public DatabaseTarget Locate(DeploymentContext context, AppSettings settings) => opener.Locate(context, settings);

    /// <inheritdoc/>
    public async Task<IAppDatabase> OpenAsync(DeploymentContext context, AppSettings settings, CancellationToken cancellationToken)
    {
        var access = await opener.ResolveAsync(context, settings, cancellationToken).ConfigureAwait(false);
        var reached = await hosts(context.Deployment.HostKind).ReachAsync(context, access.Target, cancellationToken).ConfigureAwait(false);
        if (reached with { Container = access.Target.Container } != access.Target && !(_told.TryGetValue(context.Deployment.Name, out var told) && told == reached))
        {
            _told[context.Deployment.Name] = reached;
            context.Operation.Verbose($"The database {access.Target} of '{context.Deployment.Name}' is reached as {reached}.");
        }

        var java = reached.Engine == DatabaseEngine.H2 ? await JavaAsync(context, cancellationToken).ConfigureAwait(false) : null;
        return open(
            new DatabaseAccess { Target = reached, Credential = access.Credential, Maintenance = access.Maintenance, DockerHost = access.DockerHost, JavaProgram = java, JarPath = context.Deployment.Settings.ArtifactPath, JarFetch = JarFetch(context) },
            context.Operation);
    }

    private static string? JarFetch(DeploymentContext context) =>
        context is { Deployment: { HostKind: AppHostKind.Docker, Settings.Container: { Length: > 0 } container }, Spec.Image.Artifact: { Length: > 0 } artifact } && artifact.EndsWith(".jar", StringComparison.OrdinalIgnoreCase) ? $"docker cp {container}:{artifact} ." : null;

    // Which Java opens the data is no reason to fail before it is known whether any is needed.
    private async Task<string?> JavaAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        if (context.Deployment.Version is not { } version) return null;
        try
        {
            return await hosts(context.Deployment.HostKind).FindJavaAsync(context, version, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure)
        {
            context.Operation.Verbose(failure.Message);
            return null;
        }
    }
}
