using UpgradeModule.Engine.Databases.Files;

namespace UpgradeModule.Engine.Backups;

/// <summary>The paths of folders, as they are compared.</summary>
internal static class Paths
{
    /// <summary>Compares as the system does.</summary>
    public static StringComparer Comparer { get; } = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>The full path, without a separator at its end.</summary>
    /// <param name="path">The path.</param>
    public static string Full(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    /// <summary>What a folder is compared by, so that one that is reached by a link or (on Linux) by a second place of its mount is known to be the same.</summary>
    /// <param name="path">The path.</param>
    public static string Identity(string path) => NativeFile.IdentityOf(path) ?? Real(path);

    /// <summary>The full path without links, as far as it is there.</summary>
    /// <param name="path">The path.</param>
    public static string Real(string path)
    {
        var full = Full(path);
        var real = Path.GetPathRoot(full)!;
        foreach (var part in full[real.Length..].Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries)) real = Target(Path.Combine(real, part));
        return real;
    }

    private static string Target(string path)
    {
        try
        {
            return new DirectoryInfo(path) is { Exists: true, LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : path;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return path;
        }
    }
}
