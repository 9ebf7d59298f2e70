using System.Globalization;

namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>Names the process that listens on a port, by <c>/proc</c>: a socket's number, then who has it open.</summary>
internal static class UnixListeners
{
    private const string Listening = "0A";

    /// <summary>Names it: <c>nginx (812)</c>.</summary>
    /// <param name="port">The port.</param>
    /// <returns>The name; <see langword="null"/> where this user may not know.</returns>
    public static string? Name(int port)
    {
        var sockets = Sockets("/proc/net/tcp", port).Concat(Sockets("/proc/net/tcp6", port)).Select(static inode => $"socket:[{inode}]").ToHashSet(StringComparer.Ordinal);
        if (sockets.Count == 0) return null;
        foreach (var stat in ProcessStat.All())
        {
            try
            {
                var id = stat.ProcessId.ToString(CultureInfo.InvariantCulture);
                if (!new DirectoryInfo($"/proc/{id}/fd").EnumerateFiles().Any(file => file.LinkTarget is { } target && sockets.Contains(target))) continue;
                return $"{File.ReadAllText($"/proc/{id}/comm").Trim()} ({id})";
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Another user's process, or one that has just ended.
            }
        }

        return null;
    }

    private static IEnumerable<string> Sockets(string table, int port)
    {
        if (!File.Exists(table)) yield break;
        var ending = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (var line in File.ReadLines(table))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 9 && fields[3] == Listening && fields[1].EndsWith(ending, StringComparison.Ordinal)) yield return fields[9];
        }
    }
}
