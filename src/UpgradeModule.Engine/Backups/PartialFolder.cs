using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Backups;

/// <summary>
/// The hidden folder in which a backup is made or copied until it is whole, and the lock beside it, by which others see that somebody works on
/// it: the system gives that back when the process ends, in whatever way.
/// </summary>
internal sealed class PartialFolder : IDisposable
{
    private const string Suffix = ".partial";
    private const string LockSuffix = ".lock";
    private const string RemovedSuffix = ".removed";

    // A lock that another machine holds is not seen on every share, and before there were locks there was none: such a folder must be left alone for long.
    private static readonly TimeSpan s_surelyLeft = TimeSpan.FromDays(1);

    private readonly FileStream _lock;
    private readonly string _destination;
    private readonly string _id;

    private PartialFolder(FileStream held, string destination, string id) => (_lock, _destination, _id) = (held, destination, id);

    /// <summary>The full path.</summary>
    public string Path => PathOf(_destination, _id, Suffix);

    /// <summary>Makes the folder, empty.</summary>
    /// <param name="destination">The folder in which the backup will lie.</param>
    /// <param name="id">The backup's name.</param>
    /// <exception cref="UpgradeException"><c>BackupDestinationInvalid</c>, <c>BackupInUse</c>.</exception>
    public static PartialFolder Make(string destination, string id)
    {
        PartialFolder? made = null;
        try
        {
            made = new PartialFolder(Hold(PathOf(destination, id, LockSuffix)), destination, id);
            if (Directory.Exists(made.Path)) Directory.Delete(made.Path, recursive: true);
            PrivateFiles.CreateDirectory(made.Path);
            return made;
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException || (failure is IOException && !DiskSpace.IsFull(failure)))
        {
            made?.Dispose();
            if (made is null && File.Exists(PathOf(destination, id, LockSuffix)))
            {
                throw new UpgradeException("BackupInUse", UpgradeErrorCategory.ResourceBusy, id, $"Another process is writing the backup '{id}' to '{destination}'.", "Wait until it has ended.", failure);
            }

            throw BackupDestination.Invalid(destination, failure.Message.TrimEnd('.'), failure);
        }
    }

    /// <summary>Gives the folder, which is on the disk, its final name.</summary>
    /// <returns>Its full path.</returns>
    public string Publish()
    {
        var final = System.IO.Path.Combine(_destination, _id);
        Directory.Move(Path, final);
        PrivateFiles.FlushDirectory(_destination);
        return final;
    }

    /// <summary>Removes the folder, where it is there still.</summary>
    /// <param name="operation">Who is told where it can't be.</param>
    public void Abandon(IOperationContext operation)
    {
        try
        {
            if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            operation.Warning($"The unfinished backup '{Path}' could not be removed: {failure.Message}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    /// <summary>The hidden name that a backup gets before it is removed.</summary>
    /// <param name="path">The backup's folder.</param>
    public static string RemovedName(string path) =>
        PathOf(System.IO.Path.GetDirectoryName(path)!, $"{System.IO.Path.GetFileName(path)}.{Guid.NewGuid().ToString("N")[..8]}", RemovedSuffix);

    /// <summary>Finds what processes left that were killed: backups that were never whole, and such as were being removed.</summary>
    /// <param name="destination">The folder of backups.</param>
    public static IReadOnlyList<string> FindLeft(string destination)
    {
        if (!Directory.Exists(destination)) return [];
        var hidden = new EnumerationOptions { AttributesToSkip = 0 };
        var removed = Directory.EnumerateDirectories(destination, ".*" + RemovedSuffix, hidden);
        return [.. removed.Concat(Directory.EnumerateDirectories(destination, ".*" + Suffix, hidden).Where(IsLeft)).Order(StringComparer.Ordinal)];
    }

    /// <summary>Removes what a process left that was killed.</summary>
    /// <param name="folder">What <see cref="FindLeft"/> gave.</param>
    public static void RemoveLeft(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        if (folder.EndsWith(Suffix, StringComparison.Ordinal)) File.Delete(folder[..^Suffix.Length] + LockSuffix);
    }

    private static bool IsLeft(string folder)
    {
        var file = folder[..^Suffix.Length] + LockSuffix;
        try
        {
            using var held = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1);
            using var reader = new StreamReader(held);
            if (reader.ReadToEnd() == Environment.MachineName) return true;
        }
        catch (FileNotFoundException)
        {
            // It is of before there were locks, or was finished this moment.
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        return Directory.Exists(folder) && DateTime.UtcNow - Touched(folder) > s_surelyLeft;
    }

    private static DateTime Touched(string folder) =>
        Directory.EnumerateFileSystemEntries(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Select(File.GetLastWriteTimeUtc).Append(Directory.GetLastWriteTimeUtc(folder)).Max();

    private static FileStream Hold(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 1, Options = FileOptions.DeleteOnClose };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var held = new FileStream(path, options);
        held.SetLength(0);
        held.Write(System.Text.Encoding.UTF8.GetBytes(Environment.MachineName));
        held.Flush();
        return held;
    }

    private static string PathOf(string destination, string id, string suffix) => System.IO.Path.Combine(destination, $".{id}{suffix}");
}
