using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>
/// Reads what an application in a container is given: the environment of the image and the user's, files that settings name (out of the container, running
/// or not), and the properties on a JVM's command line.
/// </summary>
internal static class ContainerSettings
{
    // The first is read by every JVM, the second by its launcher, the last by convention in start scripts.
    private static readonly string[] s_javaOptions = ["JDK_JAVA_OPTIONS", "JAVA_OPTS"];

    /// <summary>Reads it.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="context">The deployment.</param>
    /// <param name="container">The container.</param>
    /// <param name="lenient">Whether a file that can't be read is left out instead of failing.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<AppSettings> ReadAsync(IContainerEngine engine, DeploymentContext context, ContainerInspect container, bool lenient, CancellationToken cancellationToken)
    {
        var directory = container.Config?.WorkingDir is { Length: > 0 } given ? given : "/";
        var settings = new AppSettings { ForeignDirectory = directory };
        var source = $"container {container.PlainName}";
        foreach (var entry in container.Config?.Env ?? [])
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) settings.Set(entry[..equals], entry[(equals + 1)..], source);
        }

        await SettingsCompletion.AddAsync(context, settings, Arguments(container, settings), Read, lenient, cancellationToken).ConfigureAwait(false);
        return settings;

        Task<string> Read(string path) => ContainerFiles.ReadTextAsync(engine, container.Id, path.StartsWith('/') ? path : directory.TrimEnd('/') + "/" + path, cancellationToken);
    }

    // A command in shell form is one long word after "sh -c".
    private static List<string> Arguments(ContainerInspect container, AppSettings settings) =>
    [
        .. s_javaOptions.SelectMany(name => Words(settings.Get(name) ?? "")),
        .. (container.Config?.Entrypoint ?? []).Concat(container.Config?.Cmd ?? []).SelectMany(static word => word.Contains(" -D", StringComparison.Ordinal) ? Words(word) : [word]),
    ];

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
