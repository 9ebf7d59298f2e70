using UpgradeModule.Engine.Deployments.Clones;
using UpgradeModule.Engine.Deployments.Files;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>Lays out the folder of a process's clone, and rewrites its command for it.</summary>
internal static class ProcessCloneLayout
{
    /// <summary>Makes it.</summary>
    /// <param name="original">The deployment.</param>
    /// <param name="folder">The clone's folder.</param>
    /// <param name="leftOut">The database's files.</param>
    /// <param name="given">The settings that the clone is given by its environment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The clone's settings; and the folder that was copied, <see langword="null"/> where it was not.</returns>
    public static (AppHostSettings Settings, string? Copied) Make(DeploymentContext original, string folder, IReadOnlyList<string> leftOut, IEnumerable<string> given, CancellationToken cancellationToken)
    {
        var settings = original.Deployment.Settings;
        var artifact = Path.GetFullPath(settings.ArtifactPath!);
        var directory = Path.GetFullPath(DeploymentFolder.WorkingDirectory(original)).TrimEnd(Path.DirectorySeparatorChar);
        var own = Path.Combine(folder, "app");
        var skipped = Skipped(original, leftOut);
        var why = directory.Length < 2 ? "it is the root" : CloneFiles.Copy(directory, own, entry => Skip(entry, skipped), cancellationToken);
        if (why is not null)
        {
            original.Operation.Warning($"The working directory '{directory}' is not copied for the rehearsal ({why}): the clone runs in an empty one.");
            if (Directory.Exists(own)) Directory.Delete(own, recursive: true);
            Directory.CreateDirectory(own);
        }

        var inside = why is null && artifact.StartsWith(directory + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        var copy = inside ? own + artifact[directory.Length..] : Path.Combine(folder, "artifact", Path.GetFileName(artifact));
        if (!inside)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(artifact, copy);
        }

        var moved = settings with
        {
            ArtifactPath = copy,
            WorkingDirectory = own,
            LogPath = null,
            Command = settings.Command is { } command ? Moved(command) : null,
            Arguments = Demanded(original, [.. settings.Arguments.Where(argument => !IsGiven(original, argument, given)).Select(Moved)], copy, folder),
        };
        return (moved, why is null ? directory : null);

        string Moved(string text)
        {
            // The clone's folder may lie in the one that is copied: an artifact that lies there too moves with it, and only once.
            var led = inside ? text : text.Replace(artifact, copy, StringComparison.Ordinal);
            return why is null ? led.Replace(directory + Path.DirectorySeparatorChar, own + Path.DirectorySeparatorChar, StringComparison.Ordinal) : led;
        }
    }

    // A command that leads anywhere but to the clone's files would run the deployment's own.
    private static List<string> Demanded(DeploymentContext original, List<string> arguments, string artifact, string folder)
    {
        var moved = original with { Deployment = original.Deployment with { Settings = original.Deployment.Settings with { ArtifactPath = artifact } } };
        var command = CommandLine.Of(moved);
        var words = new[] { original.Deployment.Settings.Command ?? "" }.Concat(arguments).Append(command.Program).Concat(original.Deployment.Settings.Arguments.Count == 0 ? command.Arguments : []);
        var leads = words.Any(word => word.Contains("{artifact}", StringComparison.Ordinal) || word.Contains(folder, StringComparison.Ordinal) || (word.Length > 0 && !Path.IsPathRooted(word) && word.Contains(Path.GetFileName(artifact), StringComparison.Ordinal)))
            || original.Deployment.Settings.Command?.Contains(original.Deployment.Settings.ArtifactPath!, StringComparison.Ordinal) == true;
        return leads ? arguments : throw ProcessClone.NotSupported(original, "its command names neither its artifact nor anything in its working directory, so that a clone would run the deployment's own files", "Write {artifact} into the command, with Set-AppDeployment -Command or -Argument.");
    }

    // A JVM's properties win over the environment.
    private static bool IsGiven(DeploymentContext original, string argument, IEnumerable<string> given)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        if (!argument.StartsWith("-D", StringComparison.Ordinal) || equals < 3) return false;
        var name = argument[2..equals];
        return given.Contains(original.Spec.Settings.JavaProperties.TryGetValue(name, out var setting) ? setting : name);
    }

    private static List<string> Skipped(DeploymentContext original, IReadOnlyList<string> leftOut)
    {
        var deployment = original.Deployment;
        return [.. leftOut.Concat([deployment.BackupPath ?? "", deployment.Settings.LogPath ?? ""]).Where(static path => path.Length > 0).Select(Path.GetFullPath)];
    }

    // What stands beside a database file belongs to it: its log, what is kept of it.
    private static bool Skip(FileSystemInfo entry, List<string> skipped) => entry.Name == ".upgrademodule" || skipped.Any(path => entry.FullName.StartsWith(path, StringComparison.Ordinal));
}
