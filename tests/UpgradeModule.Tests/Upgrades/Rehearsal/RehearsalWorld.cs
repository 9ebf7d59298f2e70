using System.Security.Cryptography;

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

    /// <summary>What rehearsals left anywhere where they put things.</summary>
    public static IReadOnlyList<string> Left(params string[] folders) =>
        [.. folders.Append(Path.GetTempPath()).Where(Directory.Exists).SelectMany(folder => Directory.EnumerateDirectories(folder, "um-rehearsal-*", SearchOption.TopDirectoryOnly))];
}
