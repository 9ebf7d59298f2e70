using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>
/// Finds processes that run a known application's file, whoever started them: not those of a container, nor those of a systemd unit, which other host
/// kinds find. On Linux only: elsewhere a process doesn't tell its directory.
/// </summary>
internal static class ProcessFinder
{
    private static readonly string[] Shells = ["sh", "bash", "dash", "setsid", "nohup", "sudo", "env", "timeout"];

    /// <summary>Finds them.</summary>
    /// <param name="specs">The applications.</param>
    /// <param name="request">Who is told, and what is known already.</param>
    public static IReadOnlyList<AppDeployment> Find(IReadOnlyList<AppSpec> specs, FindRequest request)
    {
        if (!OperatingSystem.IsLinux()) return [];
        var own = UnixCommandMatch.Link("self", "ns/mnt");
        var found = new List<AppDeployment>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id == Environment.ProcessId) continue;
            if (UnixCommandMatch.Link(Text(id), "ns/mnt") != own || IsOfUnit(id)) continue;
            if (Match(id, specs) is { } match && !found.Exists(other => other.Settings.ArtifactPath == match.Settings.ArtifactPath))
            {
                var operation = request.IsKnown(match) ? NullOperationContext.Instance : request.Operation;
                found.Add(WithoutSecrets(id, match, operation));
                TellOfEnvironment(id, match, specs.First(spec => spec.Name == match.App), operation);
            }
        }

        return found;
    }

    private static AppDeployment? Match(int id, IReadOnlyList<AppSpec> specs)
    {
        var arguments = UnixCommandMatch.Arguments(id);
        var program = UnixCommandMatch.Link(Text(id), "exe");
        if (arguments.Count == 0 || program is null || Shells.Contains(Path.GetFileName(arguments[0]), StringComparer.Ordinal)) return null;
        var directory = UnixCommandMatch.Link(Text(id), "cwd") ?? "/";
        foreach (var spec in specs.Where(static spec => spec.Artifact is { FileName.Length: > 0 }))
        {
            if (IsArtifact(spec, program)) return Describe(spec, id, "{artifact}", [.. arguments.Skip(1)], program, directory);
            for (var i = 1; i < arguments.Count; i++)
            {
                var path = Path.GetFullPath(arguments[i].Replace("\0", "", StringComparison.Ordinal), directory);
                if (!IsArtifact(spec, path) || !File.Exists(path)) continue;

                // What follows the file is for the application: "migrate down", say, is no service.
                if (i + 1 < arguments.Count) return null;
                return Describe(spec, id, program, [.. arguments.Skip(1).Take(i - 1), "{artifact}"], path, directory);
            }
        }

        return null;
    }

    private static bool IsArtifact(AppSpec spec, string path) => string.Equals(Path.GetFileName(path), spec.Artifact!.FileName, StringComparison.Ordinal);

    private static AppDeployment Describe(AppSpec spec, int id, string command, string[] arguments, string artifact, string directory)
    {
        var log = UnixCommandMatch.Link(Text(id), "fd/1");
        return new AppDeployment
        {
            Name = spec.Name,
            App = spec.Name,
            HostKind = AppHostKind.Process,
            Status = AppServiceStatus.Running,
            Settings = new AppHostSettings
            {
                Command = command,
                Arguments = arguments,
                ArtifactPath = artifact,
                WorkingDirectory = directory == Path.GetDirectoryName(artifact) ? null : directory,
                LogPath = log is not null && Path.IsPathRooted(log) && !log.StartsWith("/dev/", StringComparison.Ordinal) && File.Exists(log) ? log : null,
            },
        };
    }

    // A deployment's arguments are stored and shown.
    private static AppDeployment WithoutSecrets(int id, AppDeployment found, IOperationContext operation)
    {
        var redactor = new SecretRedactor([]);
        var clean = found.Settings.Arguments.Where(argument => redactor.Redact(argument) == argument).ToList();
        if (clean.Count == found.Settings.Arguments.Count) return found;
        operation.Warning($"The process {Text(id)} ('{found.Settings.ArtifactPath}') is given a secret on its command line, which is left out here. Give it by an environment file or a reference when you register it.");
        return found with { Settings = found.Settings with { Arguments = clean } };
    }

    // Values may be secrets: only names are told.
    private static void TellOfEnvironment(int id, AppDeployment found, AppSpec spec, IOperationContext operation)
    {
        var database = spec.Settings.Database;
        string?[] known = [spec.Settings.EncryptionKey, spec.Settings.Port, database?.Type, database?.Uri, database?.Host, database?.Port, database?.Name, database?.User, database?.Password, database?.File, .. spec.Settings.Secrets];
        var given = known.OfType<string>().Where(name => UnixCommandMatch.HasName(id, name)).Distinct().ToList();
        if (given.Count == 0) return;
        operation.Warning($"The process {Text(id)} ('{found.Settings.ArtifactPath}') is given settings by its environment ({string.Join(", ", given)}). Put them into a file and name it with -EnvironmentFile when you register it: the module starts it with nothing else.");
    }

    private static bool IsOfUnit(int id)
    {
        try
        {
            return File.ReadLines($"/proc/{Text(id)}/cgroup").Any(static line => line.Contains("/system.slice/", StringComparison.Ordinal) && line.EndsWith(".service", StringComparison.Ordinal)
                && !line.EndsWith("/cron.service", StringComparison.Ordinal) && !line.EndsWith("/crond.service", StringComparison.Ordinal) && !line.EndsWith("/ssh.service", StringComparison.Ordinal) && !line.EndsWith("/sshd.service", StringComparison.Ordinal));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string Text(int id) => id.ToString(CultureInfo.InvariantCulture);
}
