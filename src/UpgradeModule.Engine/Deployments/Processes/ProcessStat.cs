using System.Globalization;

namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>What <c>/proc/PID/stat</c> tells of a process.</summary>
/// <param name="ProcessId">The process id.</param>
/// <param name="State">Its state: Z for one that has ended and waits to be noticed.</param>
/// <param name="Parent">The parent's id.</param>
/// <param name="Group">The process group.</param>
/// <param name="Session">The session.</param>
/// <param name="Start">The moment of its start, in clock ticks since boot.</param>
internal sealed record ProcessStat(int ProcessId, char State, int Parent, int Group, int Session, string Start)
{
    /// <summary>Linux measures it in hundredths of a second wherever .NET runs.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>Whether it still runs.</summary>
    public bool Alive => State is not ('Z' or 'X' or 'x');

    /// <summary>Reads a process.</summary>
    /// <param name="processId">Its id.</param>
    public static ProcessStat? Read(int processId)
    {
        try
        {
            return Parse(File.ReadAllText($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/stat"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Parses a line of that file.</summary>
    /// <param name="line">The line.</param>
    public static ProcessStat? Parse(string? line)
    {
        // The program's name stands in parentheses and may hold anything, spaces and parentheses too.
        if (line is null || line.LastIndexOf(')') is var end && end < 0) return null;
        var fields = line[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 20 || !int.TryParse(line.AsSpan(0, line.IndexOf(' ', StringComparison.Ordinal)), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return null;
        return new ProcessStat(id, fields[0][0], Number(fields[1]), Number(fields[2]), Number(fields[3]), fields[19].Trim());
    }

    /// <summary>Lists the processes.</summary>
    public static IEnumerable<ProcessStat> All() => Directory.EnumerateDirectories("/proc")
        .Select(static path => int.TryParse(System.IO.Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? Read(id) : null)
        .OfType<ProcessStat>();

    /// <summary>Tells when a mark was, in UTC.</summary>
    /// <param name="start">The mark.</param>
    public static DateTimeOffset? StartedOn(string start)
    {
        try
        {
            var uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
            return DateTimeOffset.UtcNow - TimeSpan.FromSeconds(uptime - (double.Parse(start, CultureInfo.InvariantCulture) / TicksPerSecond));
        }
        catch (Exception failure) when (failure is IOException or FormatException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The present boot of the machine.</summary>
    public static string Boot()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
