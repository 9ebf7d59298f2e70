using System.Globalization;

namespace UpgradeModule.Engine.Artifacts;

/// <summary>Tells a full disk before and after the fact.</summary>
internal static class DiskSpace
{
    private const int UnixNoSpace = 28;
    private const int UnixQuota = 122;
    private const int WindowsHandleDiskFull = 39;
    private const int WindowsDiskFull = 112;

    /// <summary>Demands free space before something is written.</summary>
    /// <param name="directory">The folder, which exists.</param>
    /// <param name="bytes">How much.</param>
    /// <param name="what">What for.</param>
    /// <exception cref="UpgradeException"><c>DiskFull</c>.</exception>
    public static void Demand(string directory, long bytes, string what)
    {
        long free;
        try
        {
            free = new DriveInfo(directory).AvailableFreeSpace;
        }
        catch (Exception failure) when (failure is IOException or ArgumentException or UnauthorizedAccessException)
        {
            // A share that doesn't tell: writing will.
            return;
        }

        if (free >= bytes) return;
        throw new UpgradeException("DiskFull", UpgradeErrorCategory.LimitsExceeded, directory, $"There is not enough space in '{directory}' for {what}: {Mebibytes(bytes)} are needed, {Mebibytes(free)} are free.", "Free some space, or choose another folder.");
    }

    /// <summary>Tells whether a failure means that the disk is full.</summary>
    /// <param name="failure">The failure.</param>
    public static bool IsFull(Exception failure) => failure is IOException && (failure.HResult & 0xFFFF) is var code
        && (OperatingSystem.IsWindows() ? code is WindowsDiskFull or WindowsHandleDiskFull : code is UnixNoSpace or UnixQuota);

    /// <summary>Says that the disk is full.</summary>
    /// <param name="path">What was written.</param>
    /// <param name="failure">What the system said.</param>
    public static UpgradeException Full(string path, Exception failure) =>
        new("DiskFull", UpgradeErrorCategory.LimitsExceeded, path, $"The disk filled up while '{path}' was written.", "Free some space, or choose another folder.", failure);

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MB");
}
