using UpgradeModule.Engine.Deployments.Files;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>The command of a deployment as it is run: a program's full path and its arguments.</summary>
/// <param name="Program">The full path.</param>
/// <param name="Arguments">The arguments, one each, unquoted.</param>
/// <param name="Artifact">The artifact's full path, where there is one.</param>
internal sealed record CommandLine(string Program, IReadOnlyList<string> Arguments, string? Artifact)
{
    /// <summary>Works out a deployment's command; the definition's usual one where the deployment has none.</summary>
    /// <param name="context">The deployment.</param>
    /// <exception cref="UpgradeException"><c>CommandNotFound</c>, <c>DeploymentInvalid</c>.</exception>
    public static CommandLine Of(DeploymentContext context)
    {
        var settings = context.Deployment.Settings;
        var usual = context.Spec.Start.Command;
        var command = settings.Command is { Length: > 0 } own ? own : usual.Count > 0 ? usual[0] : settings.ArtifactPath;
        var arguments = settings.Command is { Length: > 0 } || settings.Arguments.Count > 0 || usual.Count == 0 ? settings.Arguments : [.. usual.Skip(1)];
        if (string.IsNullOrEmpty(command))
        {
            throw new UpgradeException("DeploymentInvalid", UpgradeErrorCategory.InvalidArgument, context.Deployment.Name, $"The deployment '{context.Deployment.Name}' has no command to run.", "Give it one with Set-AppDeployment -Command.");
        }

        if ((command + string.Concat(arguments)).Contains("{artifact}", StringComparison.Ordinal) && string.IsNullOrEmpty(settings.ArtifactPath))
        {
            throw new UpgradeException("DeploymentInvalid", UpgradeErrorCategory.InvalidArgument, context.Deployment.Name, $"The command of '{context.Deployment.Name}' runs {{artifact}}, and the deployment names no artifact.", "Give it one with Set-AppDeployment -ArtifactPath.");
        }

        var program = Replace(command, settings);
        return new CommandLine(AnyJava(settings, program, WorkingDirectory(context)) ?? Find(program, WorkingDirectory(context)), [.. arguments.Select(argument => Replace(argument, settings))], settings.ArtifactPath);
    }

    /// <summary>Works out the command with which a version is started: on the Java that fits it, where the command is one and the deployment names several.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="version">The version; the command as it is where <see langword="null"/>.</param>
    /// <exception cref="UpgradeException"><c>CommandNotFound</c>, <c>DeploymentInvalid</c>, <c>JavaNotFound</c>.</exception>
    public static CommandLine Of(DeploymentContext context, AppVersion? version)
    {
        var command = Of(context);
        return version is not null && JavaChoice.IsJava(command.Program) && JavaChoice.Fitting(context, version) is { } java ? command with { Program = java } : command;
    }

    /// <summary>Works out the command that is run once.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="command">The command.</param>
    /// <exception cref="UpgradeException"><c>CommandNotFound</c>.</exception>
    public static CommandLine Of(DeploymentContext context, OneOffCommand command)
    {
        var artifact = context.Deployment.Settings.ArtifactPath;
        var parts = command.Expand(artifact);
        if (parts.Count == 0) throw NotFound("", $"There is no command for {command.Purpose} of '{context.Deployment.Name}'.");
        return new CommandLine(OwnJava(context, command, parts[0]) ?? Find(parts[0], WorkingDirectory(context)), [.. parts.Skip(1)], artifact);
    }

    // Where the deployment names its Java programs, none need be on the PATH.
    private static string? AnyJava(AppHostSettings settings, string program, string workingDirectory)
    {
        if (!JavaChoice.IsJava(program) || settings.JavaPath.Count == 0) return null;
        try
        {
            return Find(program, workingDirectory);
        }
        catch (UpgradeException)
        {
            return settings.JavaPath.Values.FirstOrDefault(File.Exists);
        }
    }

    // A definition says "java"; which one that is, the deployment's own command says.
    private static string? OwnJava(DeploymentContext context, OneOffCommand command, string program) =>
        program == "java" && Of(context, command.Version) is { } own && JavaChoice.IsJava(own.Program) ? own.Program : null;

    /// <summary>The same command, started by another program that becomes it.</summary>
    /// <param name="launcher">That program and its arguments; empty for none.</param>
    public CommandLine LaunchedBy(IReadOnlyList<string> launcher) =>
        launcher.Count == 0 ? this : this with { Program = launcher[0], Arguments = [.. launcher.Skip(1), Program, .. Arguments] };

    /// <summary>Gets the directory that a deployment runs in.</summary>
    /// <param name="context">The deployment.</param>
    public static string WorkingDirectory(DeploymentContext context) => DeploymentFolder.WorkingDirectory(context);

    private static string Replace(string text, AppHostSettings settings) => text.Replace("{artifact}", settings.ArtifactPath, StringComparison.Ordinal);

    private static string Find(string command, string workingDirectory)
    {
        if (command.Contains('/', StringComparison.Ordinal) || (OperatingSystem.IsWindows() && command.Contains('\\', StringComparison.Ordinal)))
        {
            var path = Path.GetFullPath(command, workingDirectory);
            if (!File.Exists(path) && OperatingSystem.IsWindows() && File.Exists(path + ".exe")) path += ".exe";
            if (!File.Exists(path)) throw NotFound(path, $"The command '{path}' does not exist.");
            if (!IsExecutable(path)) throw NotFound(path, $"The command '{path}' is not executable.");
            return path;
        }

        string[] endings = OperatingSystem.IsWindows() ? ["", ".exe", ".cmd", ".bat"] : [""];
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            foreach (var ending in endings)
            {
                var path = Path.Combine(folder, command + ending);
                if (File.Exists(path) && IsExecutable(path)) return path;
            }
        }

        throw NotFound(command, $"The command '{command}' is not on the PATH.");
    }

    private static bool IsExecutable(string path) =>
        OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;

    private static UpgradeException NotFound(string command, string message) =>
        new("CommandNotFound", UpgradeErrorCategory.ObjectNotFound, command, message, "Check the deployment's command, or install the program.");
}
