using System.Runtime.CompilerServices;
using System.Text;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Finds containers that run images of applications that have a definition.</summary>
/// <param name="engine">The engine.</param>
/// <param name="request">Where it is, and who is told.</param>
internal sealed class ContainerSearch(IContainerEngine engine, FindRequest request)
{
    /// <summary>Finds them.</summary>
    /// <param name="specs">The applications.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async IAsyncEnumerable<AppDeployment> FindAsync(IReadOnlyList<AppSpec> specs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var listed in await ListAsync(cancellationToken).ConfigureAwait(false))
        {
            // What is kept, new or a lock beside a deployment is none itself.
            var labels = listed.Labels ?? new Dictionary<string, string>();
            var own = labels.ContainsKey(ContainerLabels.Lock) || labels.ContainsKey(ContainerLabels.OneOff) || (labels.TryGetValue(ContainerLabels.Of, out var of) && of != listed.PlainName) || IsKept(listed.PlainName) || CloneNames.MarkOf(listed.PlainName) is not null;
            if (own || await engine.FindContainerAsync(listed.Id, cancellationToken).ConfigureAwait(false) is not { } container) continue;
            if (Match(specs, container) is { } match) yield return await ProposeAsync(match.Spec, match.Edition, container, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsKept(string name) => name.LastIndexOf(".kept-", StringComparison.Ordinal) is > 0 and var at && name.Length == at + ".kept-".Length + 10;

    private static (AppSpec Spec, string Edition)? Match(IReadOnlyList<AppSpec> specs, ContainerInspect container)
    {
        var asked = ImageReference.Parse(container.Config?.Labels?.GetValueOrDefault(ContainerLabels.Reference));
        var reference = ImageReference.Parse(container.Config?.Image);
        foreach (var spec in specs)
        {
            foreach (var (edition, repository) in Repositories(spec))
            {
                if (reference.IsOf(repository) || (asked.Repository.Length > 0 && asked.IsOf(repository))) return (spec, edition);
            }
        }

        return null;
    }

    private static IEnumerable<(string Edition, string Repository)> Repositories(AppSpec spec) =>
        (spec.Image?.Repositories ?? new Dictionary<string, string>()).Select(static pair => (pair.Key, pair.Value))
            .Concat(spec.Editions.SelectMany(static edition => edition.Images.Select(image => (edition.Id, image))));

    private static string NameOf(string container)
    {
        var name = new StringBuilder();
        foreach (var c in container) name.Append(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-');
        return name.ToString();
    }

    private async Task<IReadOnlyList<ContainerSummary>> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await engine.ListContainersAsync(new ContainerQuery(), cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure) when (failure.ErrorId == "ContainerEngineUnreachable" && request.DockerHost is null)
        {
            // Nobody asked for this engine: where there is none, there is nothing to be found.
            request.Operation.Verbose($"Containers can't be looked for: {failure.Message}");
            return [];
        }
    }

    private async Task<AppDeployment> ProposeAsync(AppSpec spec, string edition, ContainerInspect container, CancellationToken cancellationToken)
    {
        var deployment = new AppDeployment
        {
            Name = NameOf(container.PlainName),
            App = spec.Name,
            Edition = edition,
            HostKind = AppHostKind.Docker,
            Settings = new AppHostSettings { Container = container.PlainName, DockerHost = request.DockerHost },
            Status = ContainerStatus.Of(container, spec, DateTimeOffset.UtcNow),
        };
        var context = new DeploymentContext { Deployment = deployment, Spec = spec, Operation = request.Operation };
        var settings = await ContainerSettings.ReadAsync(engine, context, container, lenient: true, cancellationToken).ConfigureAwait(false);
        var image = await engine.FindImageAsync(container.Image ?? "", cancellationToken).ConfigureAwait(false);
        return deployment with
        {
            Version = InstalledVersion.Of(spec, container, image),
            Url = ContainerAddress.Of(spec, container, settings, engine.Address),
        };
    }
}
