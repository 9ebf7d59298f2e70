using System.Globalization;
using System.Text;

namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>Tells by <c>/proc</c> whether a process runs a deployment's command, whoever started it.</summary>
internal static class UnixCommandMatch
{
    /// <summary>Gets a process's arguments, its program's name first.</summary>
    /// <param name="processId">The process.</param>
    public static IReadOnlyList<string> Arguments(int processId) => Read(processId, "cmdline");

    /// <summary>Tells whether a process was started with a variable in its environment, as far as this user may know.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="variable">The variable: <c>NAME=value</c>.</param>
    public static bool HasVariable(int processId, string variable) => Read(processId, "environ").Contains(variable, StringComparer.Ordinal);

    /// <summary>Tells whether a process was started with a variable of a name in its environment, as far as this user may know.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="name">The variable's name.</param>
    public static bool HasName(int processId, string name) => Array.Exists(Read(processId, "environ"), variable => variable.StartsWith(name + "=", StringComparison.Ordinal));

    /// <summary>
    /// Tells whether a process runs the command. What follows the artifact must be the same too: <c>java -jar app.jar migrate down</c> and
    /// <c>app --version</c> are no service.
    /// </summary>
    /// <param name="processId">The process.</param>
    /// <param name="command">The command.</param>
    public static bool Matches(int processId, CommandLine command)
    {
        var present = Arguments(processId);

        // The shell that waits for a service's exit code has the service's whole command among its own arguments.
        if (present.Count == 0 || present.Contains(UnixProcessSystem.SupervisorName, StringComparer.Ordinal)) return false;
        if (Link(Text(processId), "exe") == command.Program && command.Program == command.Artifact) return present.Skip(1).SequenceEqual(command.Arguments);
        if (Path.GetFileName(present[0]) != Path.GetFileName(command.Program) || command.Artifact is null) return false;

        var wanted = command.Arguments.TakeWhile(argument => argument != command.Artifact).Count();
        if (wanted == command.Arguments.Count) return false;
        var folder = Link(Text(processId), "cwd");
        for (var i = 1; i < present.Count; i++)
        {
            var argument = present[i];
            var path = Path.IsPathRooted(argument) || folder is null || argument.Contains('\n', StringComparison.Ordinal) ? argument : Path.GetFullPath(argument, folder);
            if (path == command.Artifact) return present.Skip(i + 1).SequenceEqual(command.Arguments.Skip(wanted + 1));
        }

        return false;
    }

    private static string Text(int processId) => processId.ToString(CultureInfo.InvariantCulture);

    private static string[] Read(int processId, string name)
    {
        try
        {
            var bytes = File.ReadAllBytes($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/{name}");
            return bytes.Length == 0 ? [] : Encoding.UTF8.GetString(bytes).TrimEnd('\0').Split('\0');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Gets what a link in a process's folder leads to, less the mark of a file that is gone.</summary>
    /// <param name="process">The process's id, or <c>self</c>.</param>
    /// <param name="name">The link: <c>exe</c>, <c>cwd</c>.</param>
    public static string? Link(string process, string name)
    {
        try
        {
            var target = new FileInfo($"/proc/{process}/{name}").LinkTarget;
            const string Deleted = " (deleted)";
            return target is not null && target.EndsWith(Deleted, StringComparison.Ordinal) ? target[..^Deleted.Length] : target;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
