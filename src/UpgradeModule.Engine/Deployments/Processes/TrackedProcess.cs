using System.Globalization;

namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>
/// A process that is the service. The id alone says little, because ids are given again: together with the moment of its start and the boot
/// of the machine it is certain.
/// </summary>
internal sealed record TrackedProcess
{
    /// <summary>The name of this run of the service; empty for one that somebody else started.</summary>
    public string Token { get; init; } = "";

    /// <summary>The process id.</summary>
    public int ProcessId { get; init; }

    /// <summary>When it started, in the system's own measure.</summary>
    public string StartMark { get; init; } = "";

    /// <summary>The boot of the machine that the mark belongs to; empty where marks are absolute.</summary>
    public string Boot { get; init; } = "";

    /// <summary>The shell that waits for its exit code; 0 where there is none.</summary>
    public int Supervisor { get; init; }

    /// <summary>Whether the supervisor leads a session that only the service is in.</summary>
    public bool OwnSession { get; init; }

    /// <summary>The length of the log at its start, in bytes.</summary>
    public long LogOffset { get; init; }

    /// <summary>Reads the file that tells of a process.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The process; <see langword="null"/> where there is no such file or it is damaged.</returns>
    public static TrackedProcess? Read(string path)
    {
        var fields = ReadFields(path);
        if (fields is null) return null;
        _ = long.TryParse(fields.GetValueOrDefault("offset"), NumberStyles.None, CultureInfo.InvariantCulture, out var offset);
        var process = new TrackedProcess { Token = fields.GetValueOrDefault("token", ""), Boot = fields.GetValueOrDefault("boot", ""), LogOffset = offset };
        if (ProcessStat.Parse(fields.GetValueOrDefault("stat")) is { } stat)
        {
            return process with
            {
                ProcessId = stat.ProcessId,
                StartMark = stat.Start,
                Supervisor = stat.Parent,
                OwnSession = stat.Session == stat.Parent && stat.Group == stat.Parent,
            };
        }

        return int.TryParse(fields.GetValueOrDefault("pid"), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? process with { ProcessId = id, StartMark = fields.GetValueOrDefault("start", "") }
            : null;
    }

    /// <summary>Reads a file of <c>name=value</c> lines.</summary>
    /// <param name="path">The file.</param>
    public static Dictionary<string, string>? ReadFields(string path)
    {
        try
        {
            var fields = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var line in File.ReadAllLines(path))
            {
                var equals = line.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0) fields[line[..equals]] = line[(equals + 1)..];
            }

            return fields;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
