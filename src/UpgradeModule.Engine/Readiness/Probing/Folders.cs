namespace UpgradeModule.Engine.Readiness.Probing;

/// <summary>Looks at folders without leaving anything in them.</summary>
internal static class Folders
{
    /// <summary>The folder itself, or the nearest above it that exists.</summary>
    /// <param name="folder">The folder.</param>
    public static string? NearestExisting(string folder)
    {
        var path = Path.GetFullPath(folder);
        while (path is not null && !Directory.Exists(path)) path = Path.GetDirectoryName(path);
        return path;
    }

    /// <summary>The disk that a folder lies on: the longest mount point above it.</summary>
    /// <param name="folder">The folder.</param>
    public static string DiskOf(string folder)
    {
        var path = Path.GetFullPath(folder);
        var comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return DriveInfo.GetDrives().Select(drive => drive.Name)
            .Where(name => path.StartsWith(name, comparison) && (name.EndsWith(Path.DirectorySeparatorChar) || path.Length == name.Length || path[name.Length] == Path.DirectorySeparatorChar))
            .MaxBy(name => name.Length) ?? Path.GetPathRoot(path)!;
    }
}
