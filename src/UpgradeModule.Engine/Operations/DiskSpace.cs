using System.Globalization;

namespace UpgradeModule.Engine.Operations;

/// <summary>Whether there is room, and the one error that says there isn't.</summary>
internal static class DiskSpace
{
    private const int NoSpaceUnix = 28;
    private const int QuotaUnix = 122;
    private const int DiskFullWindows = unchecked((int)0x80070070);
    private const int HandleDiskFullWindows = unchecked((int)0x80070027);

    /// <summary>How many bytes this process may still write to the disk of a directory; <see langword="null"/> where it can't be told.</summary>
    /// <param name="directory">The directory.</param>
    public static long? Free(string directory)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace;
        }
        catch (Exception failure) when (failure is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Fails where a directory's disk has too little room.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="needed">How many bytes are needed.</param>
    /// <exception cref="UpgradeException"><c>DiskFull</c>.</exception>
    public static void Require(string directory, long needed)
    {
        if (Free(directory) is { } free && free < needed) throw Full(directory, needed);
    }

    /// <summary>Fails where a directory's disk has too little room for a thing that can be named.</summary>
    /// <param name="directory">The directory, which exists.</param>
    /// <param name="needed">How many bytes are needed.</param>
    /// <param name="what">What for.</param>
    /// <exception cref="UpgradeException"><c>DiskFull</c>.</exception>
    public static void Demand(string directory, long needed, string what)
    {
        // A share that doesn't tell: writing will.
        if (Free(directory) is not { } free || free >= needed) return;
        throw new UpgradeException("DiskFull", UpgradeErrorCategory.LimitsExceeded, directory, $"There is not enough space in '{directory}' for {what}: {Mebibytes(needed)} are needed, {Mebibytes(free)} are free.", "Free some space, or choose another folder.");
    }

    /// <summary>Tells whether a failure means that the disk is full.</summary>
    /// <param name="failure">The failure.</param>
    public static bool IsFull(Exception failure) =>
        failure is IOException && (OperatingSystem.IsWindows() ? failure.HResult is DiskFullWindows or HandleDiskFullWindows : failure.HResult is NoSpaceUnix or QuotaUnix);

    /// <summary>The error.</summary>
    /// <param name="directory">The directory on the full disk.</param>
    /// <param name="needed">How many bytes are needed, where known.</param>
    /// <param name="inner">The cause.</param>
    public static UpgradeException Full(string directory, long? needed, Exception? inner = null)
    {
        var free = Free(directory);
        var message = $"The disk of '{directory}' is full:" + (needed is { } bytes ? $" {Bytes(bytes)} are needed and" : "") + $" {(free is { } left ? Bytes(left) : "an unknown number of bytes")} {(free is null ? "is" : "are")} free.";
        return new UpgradeException("DiskFull", UpgradeErrorCategory.LimitsExceeded, directory, message, "Free some space or choose another disk, then do it again; nothing was changed.", inner);
    }

    /// <summary>The error, where a file was being written.</summary>
    /// <param name="path">What was written.</param>
    /// <param name="failure">What the system said.</param>
    public static UpgradeException Full(string path, Exception failure) =>
        new("DiskFull", UpgradeErrorCategory.LimitsExceeded, path, $"The disk filled up while '{path}' was written.", "Free some space, or choose another folder.", failure);

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MB");

    private static string Bytes(long count) => count.ToString("N0", CultureInfo.InvariantCulture) + " bytes";
}
