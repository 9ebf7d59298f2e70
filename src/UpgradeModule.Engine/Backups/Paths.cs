namespace UpgradeModule.Engine.Backups;

/// <summary>The paths of folders, as they are compared.</summary>
internal static class Paths
{
    /// <summary>Compares as the system does.</summary>
    public static StringComparer Comparer { get; } = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>The full path, without a separator at its end.</summary>
    /// <param name="path">The path.</param>
    public static string Full(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
}
