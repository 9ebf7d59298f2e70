using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>The programs of util-linux by which a clone's room is made and entered.</summary>
internal sealed record RoomPrograms
{
    private const string Folders = "/usr/sbin:/usr/bin:/sbin:/bin";

    private RoomPrograms(string unshare, string nsenter, string? setpriv)
    {
        Unshare = unshare;
        NsEnter = nsenter;
        SetPrivileges = setpriv;
    }

    /// <summary>Whether this process may do everything.</summary>
    public bool AsRoot { get; } = Environment.IsPrivilegedProcess;

    private string Unshare { get; }

    private string NsEnter { get; }

    private string? SetPrivileges { get; }

    /// <summary>Finds them.</summary>
    /// <param name="deployment">The deployment, for the message.</param>
    /// <exception cref="UpgradeException"><c>IsolationUnavailable</c>.</exception>
    public static RoomPrograms Find(string deployment)
    {
        if (!OperatingSystem.IsLinux()) throw NetworkRoom.Unavailable(deployment, "only Linux gives a process a network and mounts of its own");
        foreach (var name in new[] { "mount", "unshare", "nsenter" })
        {
            if (Program(name) is null) throw NetworkRoom.Unavailable(deployment, $"this machine has no program {name} (of util-linux)");
        }

        return new RoomPrograms(Program("unshare")!, Program("nsenter")!, Program("setpriv"));
    }

    /// <summary>Starts the shell that holds a room open.</summary>
    /// <param name="script">What it does.</param>
    /// <param name="request">The clone.</param>
    public Process Hold(string script, CloneRequest request)
    {
        string[] own = AsRoot ? [] : ["--user", "--map-root-user"];
        return Process.Start(Start([Unshare, .. own, "--net", "--mount", "--ipc", "--", "/bin/sh", "-c", script, "um-rehearsal-room", request.Folder], request))!;
    }

    /// <summary>The program, and its arguments, that runs another one in a room as the room's root.</summary>
    /// <param name="holder">The process that holds it.</param>
    /// <param name="parts">Which parts of it.</param>
    public List<string> Enter(int holder, IReadOnlyList<string> parts)
    {
        string[] own = AsRoot ? [] : ["--user", "--preserve-credentials"];
        return [NsEnter, "--target", holder.ToString(CultureInfo.InvariantCulture), .. own, .. parts, "--"];
    }

    /// <summary>The program, and its arguments, that makes of the room's root the user that the application runs as, who can't leave.</summary>
    /// <param name="user">The user; whoever runs this where <see langword="null"/>.</param>
    /// <param name="capabilities">What root keeps.</param>
    public IReadOnlyList<string> Lower(CloneUser? user, string capabilities)
    {
        if (!AsRoot)
        {
            var (me, group) = Me();
            return [Unshare, "--user", "--map-user=" + me, "--map-group=" + group, "--"];
        }

        if (SetPrivileges is null) return [];
        string[] become = user is null || user.UserId == 0 ? [] : ["--reuid=" + user.UserId.ToString(CultureInfo.InvariantCulture), "--regid=" + user.Group, "--init-groups"];
        return [SetPrivileges, .. become, "--bounding-set=" + capabilities, "--inh-caps=-all", "--"];
    }

    /// <summary>How such a program is started: marked as the clone's, and told by pipes.</summary>
    /// <param name="command">The command.</param>
    /// <param name="request">The clone.</param>
    public static ProcessStartInfo Start(IReadOnlyList<string> command, CloneRequest request)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.Environment["PATH"] = Folders + ":" + Environment.GetEnvironmentVariable("PATH");
        start.Environment["LC_ALL"] = "C";
        start.Environment[CloneSettings.Variable] = request.Mark;
        return start;
    }

    // The kernel is asked: names of users may be unknown in containers.
    private static (string User, string Group) Me()
    {
        var lines = File.ReadAllLines("/proc/self/status");
        return (Effective("Uid:"), Effective("Gid:"));

        string Effective(string start) => lines.First(line => line.StartsWith(start, StringComparison.Ordinal)).Split('\t', StringSplitOptions.RemoveEmptyEntries)[2];
    }

    private static string? Program(string name) => (Folders + ":" + Environment.GetEnvironmentVariable("PATH")).Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
