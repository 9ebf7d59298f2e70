using System.Runtime.CompilerServices;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine;

/// <summary>Deployments: those that are registered, and those that a script makes for itself.</summary>
internal sealed class DeploymentService(DeploymentServices services) : IDeploymentService
{
    private const int AtOnce = 8;

    /// <inheritdoc/>
    public Task<AppDeployment> CreateAsync(AppDeployment draft, IOperationContext operation, CancellationToken cancellationToken) =>
        new DeploymentDraft(services).CompleteAsync(draft, operation, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<AppDeployment> FindAsync(FindQuery query, IOperationContext operation, CancellationToken cancellationToken) => new DeploymentFinder(services).FindAsync(query, operation, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<HostPlace>> ListPlacesAsync(AppHostKind kind, string? dockerHost, CancellationToken cancellationToken) =>
        services.AllHosts().FirstOrDefault(host => host.Kind == kind)?.ListPlacesAsync(new FindRequest { DockerHost = dockerHost }, cancellationToken) ?? Task.FromResult<IReadOnlyList<HostPlace>>([]);

    /// <inheritdoc/>
    public async Task<AppDeployment> RegisterAsync(AppDeployment deployment, bool replace, CancellationToken cancellationToken)
    {
        DeploymentNames.Require(deployment.Name);

        // What was seen of it is of that moment: it is asked afresh each time, and not kept.
        var kept = deployment with { Stored = true, Status = AppServiceStatus.Unknown, Latest = null, Versions = [], VersionsAgree = true };
        if (await services.Store.SaveDeploymentAsync(kept, replace, cancellationToken).ConfigureAwait(false))
        {
            await NoteAsync(kept, registered: true, cancellationToken).ConfigureAwait(false);
            return deployment with { Stored = true };
        }

        throw new UpgradeException("DeploymentExists", UpgradeErrorCategory.ResourceExists, deployment.Name, $"A deployment named '{deployment.Name}' is registered already in '{services.Store.Path}'.", "Use -Force to replace it, or another name.");
    }

    /// <inheritdoc/>
    public async Task UnregisterAsync(string name, CancellationToken cancellationToken)
    {
        var all = await ListAsync(cancellationToken).ConfigureAwait(false);
        if (!await services.Store.RemoveDeploymentAsync(name, cancellationToken).ConfigureAwait(false)) throw DeploymentNames.NotFound(name, all, services.Store.Path);
        if (all.FirstOrDefault(deployment => deployment.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } gone) await NoteAsync(gone, registered: false, cancellationToken).ConfigureAwait(false);
    }

    private async Task NoteAsync(AppDeployment deployment, bool registered, CancellationToken cancellationToken)
    {
        try
        {
            await services.Hosts(deployment.HostKind).NoteRegistrationAsync(deployment, registered, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Who may not write at the deployment, or whose disk is full, can still keep it in the store and remove it from there.
        }
    }

    /// <inheritdoc/>
    public async Task<AppDeployment> GetAsync(string name, CancellationToken cancellationToken)
    {
        var all = await ListAsync(cancellationToken).ConfigureAwait(false);
        return all.FirstOrDefault(deployment => deployment.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw DeploymentNames.NotFound(name, all, services.Store.Path);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AppDeployment>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await services.Store.ListDeploymentsAsync(cancellationToken).ConfigureAwait(false)).Select(deployment => deployment with { Stored = true })];

    /// <inheritdoc/>
    public async IAsyncEnumerable<AppDeployment> InspectAsync(IReadOnlyList<AppDeployment> deployments, IOperationContext operation, TimeSpan limit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var turns = new SemaphoreSlim(AtOnce);
        var inspector = new DeploymentInspector(services);
        var all = deployments.Select(deployment => Task.Run(
            async () =>
            {
                await turns.WaitAsync(stop.Token).ConfigureAwait(false);
                try
                {
                    return await inspector.InspectAsync(deployment, operation, limit, stop.Token).ConfigureAwait(false);
                }
                finally
                {
                    turns.Release();
                }
            },
            stop.Token)).ToArray();
        try
        {
            foreach (var one in all) yield return await one.ConfigureAwait(false);
        }
        finally
        {
            // Who stops reading early must not leave questions behind that use what is disposed here.
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(all)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public async Task<DeploymentContext> OpenAsync(AppDeployment deployment, IOperationContext operation, DatabaseCredential? credential, DatabaseCredential? maintenance, CancellationToken cancellationToken) => new()
    {
        Deployment = deployment,
        Spec = await services.Definitions.GetAsync(deployment.DefinitionPath ?? deployment.App, cancellationToken).ConfigureAwait(false),
        Operation = operation,
        Credential = credential,
        MaintenanceCredential = maintenance,
    };
}
