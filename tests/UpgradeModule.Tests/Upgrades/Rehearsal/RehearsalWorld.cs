using System.Security.Cryptography;
using UpgradeModule.Engine.Databases;

namespace UpgradeModule.Tests.Upgrades.Rehearsal;

/// <summary>What is on the disk, to be compared before and after.</summary>
internal static class RehearsalWorld
{
    /// <summary>Every file beneath a folder, with its hash; backups are left out, for a rehearsal may make one.</summary>
    public static SortedDictionary<string, string> Of(string folder)
    {
        var world = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            // A database that is open beside has files that come and go with its readers, and the service's log grows.
            if (file.EndsWith("-shm", StringComparison.Ordinal) || file.EndsWith("-wal", StringComparison.Ordinal) || file.EndsWith("output.log", StringComparison.Ordinal)) continue;
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            world[Path.GetRelativePath(folder, file)] = Convert.ToHexString(SHA256.HashData(stream));
        }

        return world;
    }

    /// <summary>The processes of clones of this process.</summary>
    public static IReadOnlyList<string> Processes()
    {
        var mark = System.Text.Encoding.UTF8.GetBytes($"UPGRADEMODULE_REHEARSAL={Own()}");
        return [.. Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]) && Environ(folder).AsSpan().IndexOf(mark) >= 0)];
    }

    /// <summary>A mark whose process is no more.</summary>
    public static string StaleMark()
    {
        var parts = ProcessMark.Make().Split('_');
        return string.Join('_', parts[0], "4194303", "1", parts[3]);
    }

    // Machine and process.
    private static string Own() => string.Join('_', ProcessMark.Make().Split('_').Take(2));

    private static byte[] Environ(string folder)
    {
        try
        {
            return File.ReadAllBytes(folder + "/environ");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>What rehearsals left anywhere where they put things.</summary>
    public static IReadOnlyList<string> Left(params string[] folders) =>
        [.. folders.Append(Path.GetTempPath()).Where(Directory.Exists).SelectMany(folder => Directory.EnumerateDirectories(folder, "um-rehearsal-*", SearchOption.TopDirectoryOnly))];
}
