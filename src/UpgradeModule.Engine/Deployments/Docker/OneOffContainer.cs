using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Runs a command once in a container of its own: of the deployment's image, with its environment, mounts, networks and user, and with nothing that others would see.</summary>
internal static class OneOffContainer
{
    private const string ArtifactPlace = "{artifact}";

    /// <summary>Runs it.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="command">The command.</param>
    /// <param name="settings">What the application is given, files that settings name read.</param>
    /// <param name="redactor">Takes secrets out of what it writes.</param>
    /// <param name="output">Told each line.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="UpgradeException"><c>CommandFailed</c>, <c>CommandTimeout</c>, <c>CommandNotFound</c>.</exception>
    public static async Task<CommandOutcome> RunAsync(DockerDeployment deployment, OneOffCommand command, AppSettings settings, SecretRedactor redactor, IProgress<string>? output, CancellationToken cancellationToken)
    {
        var container = await deployment.InspectAsync(cancellationToken).ConfigureAwait(false);
        var name = deployment.Context.Deployment.Name;
        var watch = Stopwatch.StartNew();
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(command.Timeout);
        try
        {
            var lines = output is null ? null : new Told(line => output.Report(redactor.Redact(line.Text)));
            var outcome = await deployment.Engine.RunAsync(Request(deployment, container, command, settings), lines, time.Token).ConfigureAwait(false);
            return new CommandOutcome { ExitCode = outcome.ExitCode, Duration = watch.Elapsed, Output = [.. outcome.Lines.Select(line => redactor.Redact(line.Text))] };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UpgradeException("CommandTimeout", UpgradeErrorCategory.OperationTimeout, name, string.Create(CultureInfo.InvariantCulture, $"{Purpose(command)} of '{name}' took longer than {command.Timeout.TotalSeconds:0.#} seconds, and its container was removed."), "Give it longer, or look why it hangs.");
        }
        catch (UpgradeException failure) when (failure.ErrorId is "ContainerStartFailed" or "ContainerEngineFailed")
        {
            throw new UpgradeException("CommandFailed", failure.Category, name, $"{Purpose(command)} of '{name}' can't be run in a container of {deployment.Name}'s image: {failure.Message}", "Check the command in the definition.", failure);
        }
    }

    /// <summary>Writes the request.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="container">Its container.</param>
    /// <param name="command">The command.</param>
    /// <param name="settings">What the application is given, files that settings name read.</param>
    public static ContainerCreateRequest Request(DockerDeployment deployment, ContainerInspect container, OneOffCommand command, AppSettings settings)
    {
        var volumes = CarriedVolumes.Of(container);
        var (mode, networks) = ContainerNetworks.Of(container);
        var (entrypoint, words) = Words(deployment.Context, command);
        return new ContainerCreateRequest
        {
            Name = ContainerNames.OneOff(deployment.Name, Convert.ToHexString(RandomNumberGenerator.GetBytes(4)).ToLowerInvariant()),
            Config = (container.Config ?? new ContainerConfig()) with
            {
                Image = container.Image,
                Hostname = null,
                MacAddress = null,
                Entrypoint = entrypoint,
                Env = entrypoint is null ? container.Config?.Env : Environment(container, settings, deployment.Context.Spec.Settings.FileSuffix),
                Cmd = words,
                Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [ContainerLabels.OneOff] = deployment.Name },
                Healthcheck = new HealthcheckConfig { Test = ["NONE"] },
                ExposedPorts = null,
                Volumes = null,
                Tty = false,
                OpenStdin = false,
                StdinOnce = false,
            },
            HostConfig = (container.HostConfig ?? new HostConfig()) with
            {
                Binds = volumes.Binds,
                Mounts = volumes.Mounts,
                NetworkMode = mode,
                PortBindings = null,
                PublishAllPorts = false,
                RestartPolicy = null,
                AutoRemove = false,
                Links = null,

                // Its output is read from its log, which not every driver gives back.
                LogConfig = null,
                Extra = container.HostConfig?.Extra?.Where(static pair => pair.Key is not ("ContainerIDFile" or "Runtime" or "CgroupMode" or "CgroupManager")).ToDictionary(static pair => pair.Key, static pair => pair.Value, StringComparer.Ordinal),
            },

            // Neither its name nor its address is for others to find it by.
            Networks = networks?.ToDictionary(static pair => pair.Key, static pair => new EndpointSettings { DriverOpts = pair.Value.DriverOpts }, StringComparer.Ordinal),
        };
    }

    // Where the definition doesn't say where the program lies in the image, what stands before it is what the image's own entrypoint does.
    private static (IReadOnlyList<string>? Entrypoint, IReadOnlyList<string> Words) Words(DeploymentContext context, OneOffCommand command)
    {
        var words = command.Command.ToList();
        var program = context.Spec.Image?.Artifact;
        var place = words.FindIndex(static word => word.Contains(ArtifactPlace, StringComparison.Ordinal));
        if (command.ImageArguments.Count > 0) return (null, [.. command.ImageArguments.Select(Fill)]);
        if (words.Count == 0) throw new UpgradeException("CommandNotFound", UpgradeErrorCategory.ObjectNotFound, context.Spec.Name, $"The definition of '{context.Spec.Name}' names no command for {Purpose(command)}.", "Add it to the definition.");
        if (place >= 0 && program is null) return (null, [.. words.Skip(place + 1).Select(Fill)]);
        return ([Fill(words[0])], [.. words.Skip(1).Select(Fill)]);

        string Fill(string word)
        {
            word = word.Replace(ArtifactPlace, program ?? "", StringComparison.Ordinal).Replace("{version}", command.Version?.Text ?? "", StringComparison.Ordinal);
            foreach (var (name, value) in command.Placeholders) word = word.Replace("{" + name + "}", value, StringComparison.Ordinal);
            return word;
        }
    }

    // Only the image's entrypoint, which is left out here, knows settings that name a file with the value: what was read of them takes their place.
    private static IReadOnlyList<string>? Environment(ContainerInspect container, AppSettings settings, string? suffix)
    {
        if (container.Config?.Env is not { } given || suffix is not { Length: > 0 }) return container.Config?.Env;
        var names = given.Select(static entry => entry.Split('=', 2)[0]).ToHashSet(StringComparer.Ordinal);
        return [.. given.Select(entry =>
        {
            var name = entry.Split('=', 2)[0];
            var bare = name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : "";
            return bare.Length > 0 && !names.Contains(bare) && settings.Get(bare) is { } value ? $"{bare}={value}" : entry;
        })];
    }

    private static string Purpose(OneOffCommand command) => command.Purpose.Length > 0 ? char.ToUpperInvariant(command.Purpose[0]) + command.Purpose[1..] : "The command";

    // In order and at once: Progress<T> posts to wherever it likes.
    private sealed class Told(Action<LogLine> tell) : IProgress<LogLine>
    {
        public void Report(LogLine value) => tell(value);
    }
}
