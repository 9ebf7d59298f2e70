using System.Globalization;

namespace UpgradeModule.Engine.Databases.Files;

/// <summary>Finds the processes that hold a file open, as far as this user may see.</summary>
internal static class FileHolders
{
    /// <summary>Lists other processes that hold a file open, a line each.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The processes; none on systems that don't tell.</returns>
    public static IReadOnlyList<string> Find(string path)
    {
        if (!OperatingSystem.IsLinux()) return [];
        var target = Resolve(path);
        var found = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id == Environment.ProcessId) continue;
            if (Holds(process, target)) found.Add($"process {id.ToString(CultureInfo.InvariantCulture)} ({NameOf(process)})");
        }

        return found;
    }

    /// <summary>The file that a path leads to: links to it are followed, and it need not exist.</summary>
    /// <param name="path">The path.</param>
    public static string Resolve(string path)
    {
        var full = Path.GetFullPath(path);
        return new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
    }

    private static bool Holds(string process, string path)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(process + "/fd").Any(handle => new FileInfo(handle).LinkTarget == path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Another user's process, or one that has just ended.
            return false;
        }
    }

    private static string NameOf(string process)
    {
        try
        {
            return File.ReadAllText(process + "/comm").Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "?";
        }
    }
}
