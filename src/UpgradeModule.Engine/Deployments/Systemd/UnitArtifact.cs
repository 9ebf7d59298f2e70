using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>Finds in a unit's command the file that an upgrade swaps.</summary>
internal static class UnitArtifact
{
    /// <summary>Finds it: an argument or the program with the definition's file name, else what a JVM is given with <c>-jar</c>.</summary>
    /// <param name="command">The command.</param>
    /// <param name="spec">The application.</param>
    /// <param name="workingDirectory">What relative paths start at.</param>
    /// <returns>The full path; <see langword="null"/> where the command names no such file.</returns>
    public static string? Find(UnitCommand command, AppSpec spec, string workingDirectory)
    {
        if (spec.Artifact is not { } artifact) return null;
        return Named(command, artifact, workingDirectory) ?? (artifact.Kind == "jar" ? Jar(command, workingDirectory) : null);
    }

    /// <summary>Finds only what has the definition's own file name.</summary>
    /// <param name="command">The command.</param>
    /// <param name="artifact">The application's artifact.</param>
    /// <param name="workingDirectory">What relative paths start at.</param>
    public static string? Named(UnitCommand command, ArtifactSpec artifact, string workingDirectory)
    {
        if (artifact.FileName.Length == 0) return null;
        var name = command.Arguments.Skip(1).Append(command.Path).FirstOrDefault(argument => !argument.Contains('$', StringComparison.Ordinal) && Path.GetFileName(argument) == artifact.FileName);
        return name is null ? null : Path.GetFullPath(name, workingDirectory);
    }

    private static string? Jar(UnitCommand command, string workingDirectory)
    {
        var arguments = command.Arguments.SkipWhile(static argument => argument != "-jar").Skip(1).Take(1).ToList();
        return arguments is [var jar] && !jar.Contains('$', StringComparison.Ordinal) ? Path.GetFullPath(jar, workingDirectory) : null;
    }
}
