using System.Diagnostics;
using System.Globalization;

namespace UpgradeModule.Engine.Deployments;

/// <summary>Tells one run of a process from another with the same number, also after a reboot or a change of the clock.</summary>
internal static class ProcessIdentity
{
    /// <summary>When a process was started, in words that only serve to be compared; <see langword="null"/> where there is no such process.</summary>
    /// <param name="processId">Its number.</param>
    public static string? Of(int processId)
    {
        try
        {
            if (OperatingSystem.IsLinux()) return OfLinux(processId);
            using var process = Process.GetProcessById(processId);
            return process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            // It may have ended while it was read, or belong to somebody else: then it is there.
            return "";
        }
    }

    /// <summary>What the numbers of processes are valid in: a container that talks to the engine may have the machine's name and other processes.</summary>
    public static string Scope()
    {
        try
        {
            return OperatingSystem.IsLinux() ? new FileInfo("/proc/self/ns/pid").LinkTarget ?? "" : "";
        }
        catch (IOException)
        {
            return "";
        }
    }

    // Ticks since the boot, and which boot: clocks may be set, these don't change.
    private static string OfLinux(int processId)
    {
        var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()}/{fields[19]}";
    }
}
