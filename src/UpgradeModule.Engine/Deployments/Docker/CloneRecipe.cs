using System.Text.Json;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Makes of the request for a container like the deployment's own the one for its clone. Pure: it asks nobody.</summary>
internal static class CloneRecipe
{
    // What ties a container to its host or to others, and what another's network doesn't take.
    private static readonly string[] s_left = ["Dns", "DnsOptions", "DnsSearch", "PidMode", "IpcMode", "UTSMode", "ContainerIDFile", "Devices", "DeviceRequests", "CgroupParent"];

    /// <summary>Writes the request.</summary>
    /// <param name="recipe">The request for a container like the deployment's own.</param>
    /// <param name="name">The clone's name.</param>
    /// <param name="network">The network's mode.</param>
    /// <param name="binds">Its mounts.</param>
    /// <param name="environment">Settings in place of the deployment's own; <see langword="null"/> takes one away.</param>
    public static ContainerCreateRequest Of(ContainerCreateRequest recipe, string name, string network, IReadOnlyList<string> binds, IReadOnlyDictionary<string, string?> environment) => new()
    {
        Name = name,
        Config = recipe.Config with
        {
            Hostname = null,
            Domainname = null,
            MacAddress = null,
            ExposedPorts = null,
            Labels = null,
            Env = [.. (recipe.Config.Env ?? []).Where(entry => !environment.ContainsKey(entry.Split('=')[0])), .. environment.Where(static pair => pair.Value is not null).Select(static pair => $"{pair.Key}={pair.Value}")],
        },
        HostConfig = recipe.HostConfig with
        {
            NetworkMode = network,
            Binds = binds,
            Mounts = null,
            VolumesFrom = null,
            PortBindings = null,
            PublishAllPorts = null,
            RestartPolicy = null,
            AutoRemove = null,
            Links = null,
            ExtraHosts = null,
            Privileged = null,
            Extra = recipe.HostConfig.Extra?.Where(static pair => !s_left.Contains(pair.Key, StringComparer.Ordinal)).ToDictionary(static pair => pair.Key, static pair => pair.Value, StringComparer.Ordinal) ?? new Dictionary<string, JsonElement>(StringComparer.Ordinal),
        },
    };
}
