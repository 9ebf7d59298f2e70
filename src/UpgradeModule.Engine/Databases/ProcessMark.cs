using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace UpgradeModule.Engine.Databases;

/// <summary>Marks of temporary things, which tell the process that made them, so that those of dead ones can be removed.</summary>
internal static class ProcessMark
{
    /// <summary>Makes a mark that no other thing has: machine, process, the process's start, some random characters, with <c>_</c> between.</summary>
    public static string Make() =>
        string.Create(CultureInfo.InvariantCulture, $"{Machine()}_{Environment.ProcessId}_{StartOf(Process.GetCurrentProcess())}_{Convert.ToHexString(RandomNumberGenerator.GetBytes(4)).ToLowerInvariant()}");

    /// <summary>Tells whether a mark is of this machine and its process is no more.</summary>
    /// <param name="mark">The mark; anything else is never stale.</param>
    public static bool IsStale(string mark)
    {
        var parts = mark.Split('_');
        if (parts.Length != 4 || parts[0] != Machine()) return false;
        if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var id) || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var start)) return false;
        try
        {
            // The number may have been given to another process since; its start tells, give or take how it is measured.
            using var process = Process.GetProcessById(id);
            return Math.Abs(StartOf(process) - start) > 2;
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
        {
            return true;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // It lives, and this user may not know more.
            return false;
        }
    }

    private static long StartOf(Process process) => new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeSeconds();

    private static string Machine() => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Environment.MachineName)))[..8].ToLowerInvariant();
}
