using System.Globalization;
using System.Runtime.CompilerServices;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Deployments;

namespace UpgradeModule.Engine;

/// <summary>Finds, over all host kinds, what runs and looks like a known application, less what is registered already.</summary>
internal sealed class DeploymentFinder(DeploymentServices services)
{
    /// <summary>Finds it. A host that can't look is told as a warning and holds the others up no longer than that.</summary>
    /// <param name="query">What is looked for.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async IAsyncEnumerable<AppDeployment> FindAsync(FindQuery query, IOperationContext operation, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var specs = await SpecsAsync(query, operation, cancellationToken).ConfigureAwait(false);
        var stored = await services.Store.ListDeploymentsAsync(cancellationToken).ConfigureAwait(false);
        var taken = stored.Select(static deployment => deployment.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var request = new FindRequest { DockerHost = query.DockerHost, Operation = operation, IsKnown = found => stored.Any(other => IsSame(other, found)) };
        foreach (var host in services.AllHosts().Where(host => query.HostKinds.Count == 0 || query.HostKinds.Contains(host.Kind)))
        {
            await foreach (var found in OfHostAsync(host, specs, request, cancellationToken).ConfigureAwait(false))
            {
                if (stored.FirstOrDefault(other => IsSame(other, found)) is { } known)
                {
                    operation.Verbose($"{Place(found)} is registered already, as '{known.Name}'.");
                    continue;
                }

                yield return found with { Name = FreeName(found.Name, taken), DefinitionPath = found.DefinitionPath ?? PathOf(query, found.App, specs), Stored = false };
            }
        }
    }

    private static async IAsyncEnumerable<AppDeployment> OfHostAsync(IAppHost host, IReadOnlyList<AppSpec> specs, FindRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var looking = host.FindAsync(specs, request, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (looking.ConfigureAwait(false))
        {
            while (true)
            {
                try
                {
                    if (!await looking.MoveNextAsync().ConfigureAwait(false)) yield break;
                }
                catch (UpgradeException failure)
                {
                    request.Operation.Warning($"Deployments of the host kind {host.Kind} could not be looked for: {failure.Message}");
                    yield break;
                }

                yield return looking.Current;
            }
        }
    }

    private static bool IsSame(AppDeployment left, AppDeployment right)
    {
        if (left.HostKind != right.HostKind) return false;
        var (one, other) = (left.Settings, right.Settings);
        return left.HostKind switch
        {
            AppHostKind.Systemd => one.Unit == other.Unit,
            AppHostKind.Docker => one.Container == other.Container && (one.DockerHost ?? "") == (other.DockerHost ?? ""),
            _ => one.ArtifactPath is not null && one.ArtifactPath == other.ArtifactPath,
        };
    }

    private static string Place(AppDeployment found) => $"{found.HostKind} '{found.Settings}'";

    private static string FreeName(string wanted, HashSet<string> taken)
    {
        var name = wanted;
        for (var i = 2; !taken.Add(name); i++) name = string.Create(CultureInfo.InvariantCulture, $"{wanted}-{i}");
        return name;
    }

    // A definition that was named by its path is known by nothing else.
    private static string? PathOf(FindQuery query, string app, IReadOnlyList<AppSpec> specs)
    {
        for (var i = 0; i < query.Apps.Count && i < specs.Count; i++)
        {
            if (specs[i].Name == app && DefinitionCatalog.IsPath(query.Apps[i])) return Path.GetFullPath(query.Apps[i]);
        }

        return null;
    }

    private async Task<IReadOnlyList<AppSpec>> SpecsAsync(FindQuery query, IOperationContext operation, CancellationToken cancellationToken)
    {
        var specs = new List<AppSpec>();
        foreach (var app in query.Apps) specs.Add(await services.Definitions.GetAsync(app, cancellationToken).ConfigureAwait(false));
        if (query.Apps.Count > 0) return specs;
        foreach (var definition in await services.Definitions.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                specs.Add(await services.Definitions.GetAsync(definition.Name, cancellationToken).ConfigureAwait(false));
            }
            catch (UpgradeException failure)
            {
                operation.Warning($"{definition.Name} is not looked for: {failure.Message}");
            }
        }

        return specs;
    }
}
