using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace UpgradeModule.Engine.Databases.Postgres.Scratch;

/// <summary>Names of scratch databases, which tell the process that made them, so that those of dead ones can be dropped.</summary>
internal static class ScratchName
{
    private const string Start = "um_scratch_";

    /// <summary>The pattern that all of them match, for LIKE.</summary>
    public const string Pattern = "um\\_scratch\\_%";

    /// <summary>Makes a name: machine, process, the process's start, some random characters.</summary>
    public static string Make() =>
        string.Create(CultureInfo.InvariantCulture, $"{Start}{Machine()}_{Environment.ProcessId}_{StartOf(Process.GetCurrentProcess())}_{Convert.ToHexString(RandomNumberGenerator.GetBytes(4)).ToLowerInvariant()}");

    /// <summary>Tells whether a name is one of this machine whose process is no more.</summary>
    /// <param name="name">The name.</param>
    public static bool IsStale(string name)
    {
        var parts = name.Split('_');
        if (!name.StartsWith(Start, StringComparison.Ordinal) || parts.Length != 6 || parts[2] != Machine()) return false;
        if (!int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var id) || !long.TryParse(parts[4], NumberStyles.None, CultureInfo.InvariantCulture, out var start)) return false;
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
