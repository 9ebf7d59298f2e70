using System.Globalization;
using UpgradeModule.Engine.Deployments.Commands;
using UpgradeModule.Engine.Deployments.Files;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>
/// Runs a command once as the unit's user, in its directory and with its environment. It is a process of this one, and no transient unit: its
/// variables would be for everybody to read there, its output would come by the journal, and ending it would take another right.
/// </summary>
internal static class UnitOneOff
{
    private const string UsualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin";
    private const string SetPrivileges = "setpriv";

    /// <summary>Works out what is run.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>CommandNotFound</c>, <c>PermissionMissing</c>, <c>UnitInvalid</c>, <c>EnvironmentFileNotFound</c>.</exception>
    public static async Task<OneOffPlan> PlanAsync(Unit unit, OneOffCommand command, CancellationToken cancellationToken)
    {
        var parts = command.Expand(unit.Context.Deployment.Settings.ArtifactPath);
        if (parts.Count == 0) throw NotFound("", $"There is no command for {command.Purpose} of '{unit.Context.Deployment.Name}'.");
        if (unit.Definition.DynamicUser) throw new UpgradeException("UnitInvalid", UpgradeErrorCategory.NotImplemented, unit.Id, $"The unit '{unit.Id}' has DynamicUser=yes: its user exists only while it runs, so nothing can be run as it.", $"Run the command for {command.Purpose} by hand, or give the unit a user of its own.");
        var settings = await UnitSettings.EnvironmentAsync(unit, tell: false, cancellationToken).ConfigureAwait(false);
        var account = AccountOf(unit);
        string[] line = [Program(unit, command, parts[0], settings), .. parts.Skip(1)];
        var switching = Switch(unit, command, account);

        // The shell only sets what new files may be: no variable of the line is put into its text.
        string[] whole = ["/bin/sh", "-c", "umask \"$1\" && shift && exec \"$@\"", "sh", Convert.ToString(unit.Definition.FileMask, 8), .. switching, .. line];
        return new OneOffPlan
        {
            Program = whole[0],
            Arguments = whole[1..],
            WorkingDirectory = unit.WorkingDirectory,
            Environment = Environment(settings, account),
            Redactor = await UnitSettings.RedactorAsync(unit, cancellationToken).ConfigureAwait(false),
            Timeout = command.Timeout,
            Deployment = unit.Context.Deployment.Name,
            Mark = Mark(unit),
            Purpose = command.Purpose,
        };
    }

    /// <summary>What marks the unit's commands.</summary>
    /// <param name="unit">The unit.</param>
    public static string Mark(Unit unit) => unit.Id + "@" + unit.Context.Deployment.Settings.ArtifactPath;

    /// <summary>Finds the user that a unit runs as.</summary>
    /// <param name="unit">The unit.</param>
    /// <returns>The user; <see langword="null"/> where the unit names none, which is root.</returns>
    /// <exception cref="UpgradeException"><c>UnitInvalid</c>.</exception>
    internal static Account? AccountOf(Unit unit) => unit.Definition.User.Length == 0 ? null : Account.Find(unit.Definition.User)
        ?? throw new UpgradeException("UnitInvalid", UpgradeErrorCategory.ObjectNotFound, unit.Id, $"The unit '{unit.Id}' runs as '{unit.Definition.User}', and there is no such user.", "Make the user, or mend the unit.");

    private static string[] Switch(Unit unit, OneOffCommand command, Account? account)
    {
        var me = System.Environment.UserName;
        if (!System.Environment.IsPrivilegedProcess)
        {
            if (account?.Name == me) return [];
            throw SystemdErrors.Denied($"run the command for {command.Purpose} as '{account?.Name ?? "root"}', the user of the unit '{unit.Id}'", null, unit.Id);
        }

        if (account is null || account.UserId == 0) return [];
        var group = unit.Definition.Group is { Length: > 0 } own ? own : account.GroupId.ToString(CultureInfo.InvariantCulture);
        var program = Find(SetPrivileges, UsualPath) ?? throw NotFound(SetPrivileges, $"'{SetPrivileges}' is not on this machine, by which a command is run as '{account.Name}'.");
        return [program, "--reuid=" + account.UserId.ToString(CultureInfo.InvariantCulture), "--regid=" + group, "--init-groups", "--"];
    }

    /// <summary>The environment that systemd gives to a service, as far as it concerns it.</summary>
    /// <param name="settings">What the unit says.</param>
    /// <param name="account">Its user.</param>
    internal static Dictionary<string, string> Environment(AppSettings settings, Account? account)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = UsualPath, ["LANG"] = System.Environment.GetEnvironmentVariable("LANG") ?? "C.UTF-8" };
        if (account is not null)
        {
            environment["USER"] = environment["LOGNAME"] = account.Name;
            environment["HOME"] = account.Home;
        }

        foreach (var name in settings.Names) environment[name] = settings.Get(name) ?? "";
        return environment;
    }

    // The version's or the unit's own Java, and no other that is on the PATH.
    private static string Program(Unit unit, OneOffCommand command, string program, AppSettings settings)
    {
        if (JavaChoice.IsJava(program))
        {
            if (command.Version is { } version && JavaChoice.Fitting(unit.Context, version) is { } fitting) return fitting;
            if (unit.Definition.Command is { } own && JavaChoice.IsJava(own.Path)) return own.Path;
        }

        if (program.Contains('/', StringComparison.Ordinal)) return Path.GetFullPath(program, unit.WorkingDirectory);
        return Find(program, settings.Get("PATH") ?? UsualPath) ?? throw NotFound(program, $"The command '{program}' is not on the PATH of the unit '{unit.Id}'.");
    }

    private static string? Find(string program, string path) =>
        path.Split(':', StringSplitOptions.RemoveEmptyEntries).Append("/bin").Append("/sbin").Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static UpgradeException NotFound(string command, string message) =>
        new("CommandNotFound", UpgradeErrorCategory.ObjectNotFound, command, message, "Install the program, or mend the definition's command.");
}
