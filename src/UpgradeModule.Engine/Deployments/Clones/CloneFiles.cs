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
            if (TooMuch(from, skip) is { } why) return why;
            CopyTree(new DirectoryInfo(from), to, skip, cancellationToken);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }

    /// <summary>Tells why a folder holds too much for a clone.</summary>
    /// <param name="folder">The folder, or a file.</param>
    /// <param name="skip">Tells what doesn't count.</param>
    /// <returns>Why; <see langword="null"/> where it doesn't.</returns>
    public static string? TooMuch(string folder, Func<FileSystemInfo, bool> skip)
    {
        if (File.Exists(folder)) return new FileInfo(folder).Length > MostBytes ? "it holds more than 1 GiB" : null;
        long bytes = 0;
        var files = 0;
        foreach (var entry in Entries(new DirectoryInfo(folder), skip))
        {
            if (entry is FileInfo { LinkTarget: null } file) bytes += file.Length;
            if (++files > MostFiles) return string.Create(CultureInfo.InvariantCulture, $"it holds more than {MostFiles} files");
            if (bytes > MostBytes) return "it holds more than 1 GiB";
        }

        return null;
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
            else if (entry is FileInfo { Length: 0 }) CreateEmpty(target);
            else ((FileInfo)entry).CopyTo(target);
        }

        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(to, from.UnixFileMode);
    }

    // What looks empty may be a pipe or a socket, which would be waited for if it were opened.
    private static void CreateEmpty(string path)
    {
        using (new FileStream(path, FileMode.CreateNew, FileAccess.Write))
        {
        }
    }
}
