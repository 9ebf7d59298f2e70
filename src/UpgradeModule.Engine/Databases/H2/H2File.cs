using System.Globalization;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Databases.H2.Store;

namespace UpgradeModule.Engine.Databases.H2;

/// <summary>A database file of H2 as files go: where it is, who holds it, how it is swapped.</summary>
internal static class H2File
{
    private const string StoreSuffix = ".mv.db";
    private const string PageSuffix = ".h2.db";
    private const int LockViolation = unchecked((int)0x80070021);

    /// <summary>Finds the file: the one that is named, or the one that an older H2 wrote of the same database.</summary>
    /// <param name="path">The file, or the database's name without the suffix.</param>
    public static string Resolve(string path)
    {
        string[] names = path.EndsWith(StoreSuffix, StringComparison.OrdinalIgnoreCase)
            ? [path, path[..^StoreSuffix.Length] + PageSuffix]
            : [path, path + StoreSuffix, path + PageSuffix];
        // Swaps go by rename: they must meet the file itself, not a link that points to it.
        return FileHolders.Resolve(names.FirstOrDefault(File.Exists) ?? path);
    }

    /// <summary>The database's name as H2 takes it: the file's without its suffix.</summary>
    /// <param name="path">The file.</param>
    public static string DatabaseName(string path) => path[..^(path.EndsWith(PageSuffix, StringComparison.OrdinalIgnoreCase) ? PageSuffix : path.EndsWith(StoreSuffix, StringComparison.OrdinalIgnoreCase) ? StoreSuffix : "").Length];

    /// <summary>The size in bytes; 0 where it isn't there.</summary>
    /// <param name="path">The file.</param>
    public static long Size(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    /// <summary>Opens a file that nobody else has open, and keeps H2 out of it until it is closed.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UpgradeException"><c>DatabaseInUse</c>, <c>DatabaseNotFound</c>, <c>PermissionMissing</c>.</exception>
    public static FileStream Hold(string path)
    {
        if (!File.Exists(path)) throw H2Errors.NotFound(path);
        if (LockFile(path) is { } lockFile) throw H2Errors.LockFile(path, lockFile);
        var holders = FileHolders.Find(path);
        if (holders.Count > 0) throw H2Errors.InUse(path, holders);
        return TryHold(path) ?? throw H2Errors.InUse(path, FileHolders.Find(path));
    }

    /// <summary>Whether somebody has the database open.</summary>
    /// <param name="path">The file.</param>
    public static bool IsHeld(string path)
    {
        if (LockFile(path) is not null) return true;
        using var held = TryHold(path);
        return held is null;
    }

    /// <summary>Reads the format of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UpgradeException"><c>DatabaseCorrupt</c>: it is no database of H2, or one of a format that isn't known.</exception>
    public static H2Format Format(string path)
    {
        using var file = Open(path);
        return H2Format.Of(file) ?? throw H2Errors.Damaged(path, file.Length == 0 ? "it is empty" : "its header is not one of H2's, or is damaged");
    }

    /// <summary>Checks a copy that nobody writes.</summary>
    /// <param name="path">The copy.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What is wrong; <see langword="null"/> where nothing is, or nothing can be told without H2.</returns>
    public static string? Check(string path, CancellationToken cancellationToken)
    {
        using var file = Open(path);
        if (H2Format.Of(file) is not { } format) return file.Length == 0 ? "it is empty" : "its header is not one of H2's, or is damaged";
        return format.IsStore ? new H2Structure(file).Check(cancellationToken) : null;
    }

    /// <summary>Puts a whole file in the place of the live one, which is kept.</summary>
    /// <param name="replacement">The file that takes the place.</param>
    /// <param name="path">The place.</param>
    /// <param name="kept">The name that the live file is kept under; another one is taken where this one is taken.</param>
    /// <param name="cancellationToken">Ends the work before the swap.</param>
    /// <returns>The name that it is kept under; <see langword="null"/> where there was no live file.</returns>
    public static string? Swap(string replacement, string path, string kept, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            DurableFile.Publish(replacement, path);
            return null;
        }

        var name = kept;
        for (var number = 2; File.Exists(name) && !NativeFile.AreSame(name, path); number++) name = $"{kept}-{number.ToString(CultureInfo.InvariantCulture)}";
        Hold(path).Dispose();
        cancellationToken.ThrowIfCancellationRequested();
        DurableFile.Swap(replacement, path, name);
        return name;
    }

    /// <summary>Opens a file for reading, whoever else has it open.</summary>
    /// <param name="path">The file.</param>
    public static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);

    private static string? LockFile(string path) => DatabaseName(path) + ".lock.db" is var file && File.Exists(file) ? file : null;

    // H2 holds a lock on the whole file as long as it has it open. One for reading doesn't go together with it, and keeps H2 out in its turn.
    private static FileStream? TryHold(string path)
    {
        var file = Open(path);
        try
        {
            if (!OperatingSystem.IsMacOS()) file.Lock(0, long.MaxValue);
            return file;
        }
        catch (IOException failure) when (!OperatingSystem.IsWindows() || failure.HResult == LockViolation)
        {
            file.Dispose();
            return null;
        }
    }
}
