using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Files;

/// <summary>Copies and renames that survive a power failure: written under another name, brought to disk, then renamed.</summary>
internal static class DurableFile
{
    private const int BlockSize = 1 << 20;

    /// <summary>Copies a file, owner and mode included, and brings the copy to disk.</summary>
    /// <param name="from">The file.</param>
    /// <param name="to">The copy; it must not exist.</param>
    /// <param name="cancellationToken">Ends the work; the copy is removed.</param>
    /// <exception cref="UpgradeException"><c>DiskFull</c>.</exception>
    public static async Task CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        var size = new FileInfo(from).Length;
        var directory = Path.GetDirectoryName(Path.GetFullPath(to))!;
        DiskSpace.Require(directory, size);
        try
        {
            var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
            await using (source.ConfigureAwait(false))
            {
                var target = CreatePrivate(to);
                await using (target.ConfigureAwait(false))
                {
                    await source.CopyToAsync(target, BlockSize, cancellationToken).ConfigureAwait(false);
                    target.Flush(flushToDisk: true);
                }
            }

            TakeOver(from, to);
        }
        catch (Exception failure)
        {
            Remove(to);
            if (DiskSpace.IsFull(failure)) throw DiskSpace.Full(directory, size, failure);
            throw;
        }
    }

    /// <summary>Makes an empty file that only its owner may read.</summary>
    /// <param name="path">The file; it must not exist.</param>
    public static FileStream CreatePrivate(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, Options = FileOptions.Asynchronous, BufferSize = 1 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <summary>Makes a directory that only its owner may enter.</summary>
    /// <param name="path">The directory.</param>
    public static void CreatePrivateDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Gives a file the owner and mode of another.</summary>
    /// <param name="from">The file whose owner and mode are taken.</param>
    /// <param name="to">The file that gets them.</param>
    public static void TakeOver(string from, string to)
    {
        if (OperatingSystem.IsWindows()) return;
        NativeFile.CopyOwner(from, to);
        File.SetUnixFileMode(to, File.GetUnixFileMode(from));
    }

    /// <summary>Brings a file to disk.</summary>
    /// <param name="path">The file.</param>
    public static void Flush(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Brings a file to disk and gives it its final name.</summary>
    /// <param name="from">The file.</param>
    /// <param name="to">Its final name; what is there is replaced.</param>
    public static void Publish(string from, string to)
    {
        Flush(from);
        File.Move(from, to, overwrite: true);
        NativeFile.FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(to))!);
    }

    /// <summary>Puts a file in the place of another, which is kept under a name of its own. At no moment is the place empty, but on file systems without hard links.</summary>
    /// <param name="replacement">The new file.</param>
    /// <param name="place">The place.</param>
    /// <param name="kept">The name that the old file is kept under; free, or the old file already where an earlier try was cut short.</param>
    public static void Swap(string replacement, string place, string kept)
    {
        if (OperatingSystem.IsWindows())
        {
            File.Replace(replacement, place, kept, ignoreMetadataErrors: true);
            return;
        }

        if (!NativeFile.AreSame(place, kept) && !NativeFile.TryLink(place, kept)) File.Move(place, kept);
        Publish(replacement, place);
    }

    /// <summary>Removes a file, where it is there and can be removed.</summary>
    /// <param name="path">The file.</param>
    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It is only ever a temporary file, and the failure that led here is the one to be told.
        }
    }
}
