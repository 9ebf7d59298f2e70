using System.Globalization;

namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>Copies what an application has on the disk, for a clone: enough that it starts, and not so much that it takes long.</summary>
internal static class CloneFiles
{
    private const long MostBytes = 1L << 30;
    private const int MostFiles = 20_000;

    /// <summary>Copies a folder, links as links. One that holds too much for a clone is left out whole.</summary>
    /// <param name="from">The folder.</param>
    /// <param name="to">Where its copy goes.</param>
    /// <param name="skip">Tells what is left out.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Why it was left out; <see langword="null"/> where it was copied.</returns>
    public static string? Copy(string from, string to, Func<FileSystemInfo, bool> skip, CancellationToken cancellationToken)
    {
        try
        {
            long bytes = 0;
            var files = 0;
            foreach (var entry in Entries(new DirectoryInfo(from), skip))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (entry is FileInfo { LinkTarget: null } file) bytes += file.Length;
                if (++files > MostFiles) return string.Create(CultureInfo.InvariantCulture, $"it holds more than {MostFiles} files");
                if (bytes > MostBytes) return "it holds more than 1 GiB";
            }

            CopyTree(new DirectoryInfo(from), to, skip, cancellationToken);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }

    private static IEnumerable<FileSystemInfo> Entries(DirectoryInfo folder, Func<FileSystemInfo, bool> skip)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos().Where(entry => !skip(entry)))
        {
            yield return entry;
            if (entry is not DirectoryInfo { LinkTarget: null } inner) continue;
            foreach (var one in Entries(inner, skip)) yield return one;
        }
    }

    private static void CopyTree(DirectoryInfo from, string to, Func<FileSystemInfo, bool> skip, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(to);
        foreach (var entry in from.EnumerateFileSystemInfos().Where(entry => !skip(entry)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var target = Path.Combine(to, entry.Name);
            if (entry.LinkTarget is { } link) File.CreateSymbolicLink(target, link);
            else if (entry is DirectoryInfo inner) CopyTree(inner, target, skip, cancellationToken);
            else if (IsPlain(entry)) ((FileInfo)entry).CopyTo(target);
        }

        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(to, from.UnixFileMode);
    }

    // A socket or a pipe would be waited for.
    private static bool IsPlain(FileSystemInfo entry) => OperatingSystem.IsWindows() || (entry.Attributes & (FileAttributes.Device | FileAttributes.System)) == 0;
}
