using System.Text.RegularExpressions;

namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>Says what is mounted in a clone's room: everything read-only, but for the clone's own folder and what stands there from it. Pure but for what it is given.</summary>
internal static partial class RoomMounts
{
    private const int MostSockets = 256;

    // What is covered by something empty: sockets of services, temporary files of others, shared memory.
    private static readonly string[] s_covered = ["/tmp", "/var/tmp", "/run", "/dev/shm"];
    private static readonly string[] s_kept = ["nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime"];

    /// <summary>Makes every mount of the machine read-only.</summary>
    /// <param name="mounts">The lines of <c>/proc/self/mountinfo</c>.</param>
    /// <param name="folder">The clone's folder.</param>
    public static IReadOnlyList<RoomMount> Fixed(IEnumerable<string> mounts, string folder)
    {
        var fixes = new List<RoomMount>();
        foreach (var fields in mounts.Select(static line => line.Split(' ')).Where(static fields => fields.Length > 5))
        {
            var path = Unescape(fields[4]);

            // Of /proc a process needs its own part.
            if (Within(path, "/proc") || path == folder) continue;
            fixes.Add(new RoomMount("fix", path, string.Concat(fields[5].Split(',').Where(s_kept.Contains).Select(static option => "," + option))));
        }

        return fixes;
    }

    /// <summary>Covers what others have, and puts the clone's own in its place.</summary>
    /// <param name="folder">The clone's folder.</param>
    /// <param name="covers">Folders of the clone's that stand at paths of the deployment: the copy of its working directory.</param>
    /// <param name="needed">What of covered folders must be there yet: programs.</param>
    /// <param name="hidden">What must not be there: the deployment's data.</param>
    /// <param name="temporary">This process's temporary folder, which the clone takes for its own.</param>
    public static IReadOnlyList<RoomMount> Furnished(string folder, IReadOnlyList<(string From, string At)> covers, IEnumerable<string> needed, IEnumerable<string> hidden, string temporary)
    {
        var kept = needed.Select(Path.GetFullPath).Where(path => Directory.Exists(path) && s_covered.Any(covered => Within(path, covered)) && !covers.Any(cover => Within(path, cover.At)) && !Within(path, folder)).Distinct(StringComparer.Ordinal).ToList();
        var mounts = new List<RoomMount>();
        for (var i = 0; i < kept.Count; i++) mounts.Add(new RoomMount("bind", kept[i], Keep(i)));
        mounts.AddRange([new("bind", "./tmp", "/tmp"), new("bind", "./vartmp", "/var/tmp"), new("empty", "/run", "mode=0755"), new("empty", "/dev/shm", "mode=1777")]);
        var own = temporary.TrimEnd('/');
        if (own.Length > 1 && !s_covered.Any(covered => Within(own, covered)) && !Within(folder, own) && !covers.Any(cover => Within(cover.At, own))) mounts.Add(new("bind", "./tmp", own));
        for (var i = 0; i < kept.Count; i++) mounts.Add(new RoomMount("bind", Keep(i), kept[i]));
        mounts.AddRange(covers.Select(static cover => new RoomMount("bind", cover.From, cover.At)));

        // What is kept of the deployment beside the clone's folder is nobody's business there; and the folder around may be another user's alone.
        if (Path.GetDirectoryName(folder) is { } parent && Path.GetFileName(parent) == ".upgrademodule") mounts.Add(new RoomMount("empty", parent, "mode=0755"));
        mounts.Add(new RoomMount("bind", ".", folder));

        // What lies in a folder that is covered isn't there anyway; what the clone's own folder lies in can't be hidden, and is read-only.
        mounts.AddRange(hidden.Where(path => !Overlap(path, folder) && !covers.Any(cover => Overlap(path, cover.At))).Distinct(StringComparer.Ordinal).Select(static path => new RoomMount("hide", path)));
        return mounts;

        // Seen from the clone's folder, in which the shell works: its path may lie in what is covered by then.
        string Keep(int index) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"./keep/{index}");
    }

    /// <summary>Writes the list of names for a room: who asks for the address of the machine's own name there finds it, though no server of names can be asked.</summary>
    /// <param name="hosts">The machine's list.</param>
    /// <param name="name">The machine's name.</param>
    public static string Hosts(string hosts, string name)
    {
        var known = hosts.Split('\n').Select(static line => line.Split('#')[0]).Any(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Skip(1).Contains(name, StringComparer.OrdinalIgnoreCase));
        return known || name.Length == 0 ? hosts : $"{hosts.TrimEnd('\n')}\n127.0.0.1\t{name}\n";
    }

    /// <summary>Finds the sockets of services that have paths outside of what is covered.</summary>
    /// <param name="sockets">The lines of <c>/proc/net/unix</c>.</param>
    public static IReadOnlyList<string> Sockets(IEnumerable<string> sockets) =>
        [.. sockets.Select(static line => line.IndexOf(" /", StringComparison.Ordinal) is > 0 and var at ? line[(at + 1)..] : "").Where(path => path.Length > 1 && !s_covered.Any(covered => Within(path, covered))).Distinct(StringComparer.Ordinal).Take(MostSockets)];

    /// <summary>Tells whether a path is a folder, or in it.</summary>
    /// <param name="path">The path.</param>
    /// <param name="folder">The folder.</param>
    public static bool Within(string path, string folder) => path == folder || path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);

    private static bool Overlap(string one, string other) => Within(one, other) || Within(other, one);

    private static string Unescape(string path) => Escape().Replace(path, static match => ((char)Convert.ToInt32(match.Groups[1].Value, 8)).ToString());

    [GeneratedRegex(@"\\([0-7]{3})")]
    private static partial Regex Escape();
}
