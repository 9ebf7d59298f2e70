using System.Globalization;

namespace UpgradeModule.Engine.Databases.Files;

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

    private static string Bytes(long count) => count.ToString("N0", CultureInfo.InvariantCulture) + " bytes";
}
