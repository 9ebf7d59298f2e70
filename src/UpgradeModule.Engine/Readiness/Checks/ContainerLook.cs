using System.Globalization;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Deployments.Docker;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The container of a deployment, for the checks that concern one.</summary>
/// <param name="Deployment">The deployment and its engine.</param>
/// <param name="Container">The container.</param>
internal sealed record ContainerLook(DockerDeployment Deployment, ContainerInspect Container)
{
    /// <summary>The container's labels.</summary>
    public IReadOnlyDictionary<string, string> Labels => Container.Config?.Labels ?? new Dictionary<string, string>();

    /// <summary>The container's name.</summary>
    public string Name => Container.PlainName;

    /// <summary>Whether a deployment runs in a container.</summary>
    /// <param name="context">What the checks share.</param>
    public static bool Concerns(ReadinessContext context) => context.Deployment.Deployment.HostKind == AppHostKind.Docker;

    /// <summary>Looks.</summary>
    /// <param name="context">What the checks share.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The container; <see langword="null"/> where the deployment runs in none, or it can't be looked at, which another check tells.</returns>
    public static async Task<ContainerLook?> AtAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (context.Host is not DockerHost docker) return null;
        try
        {
            var deployment = docker.Of(context.Deployment);
            return await deployment.FindAsync(cancellationToken).ConfigureAwait(false) is { } container ? new ContainerLook(deployment, container) : null;
        }
        catch (UpgradeException)
        {
            return null;
        }
    }

    /// <summary>Whether a process that holds on to something is one of a container's: it is seen from outside too, and the kernel knows whose it is.</summary>
    /// <param name="holder">The process, as <c>process NUMBER …</c>.</param>
    /// <param name="container">The container's id.</param>
    public static bool IsInside(string holder, string container)
    {
        var words = holder.Split(' ');
        if (words.Length < 2 || words[0] != "process" || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var process)) return false;
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/cgroup")).Contains(container, StringComparison.Ordinal);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
