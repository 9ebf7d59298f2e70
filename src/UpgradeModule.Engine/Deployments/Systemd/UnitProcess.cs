using System.Globalization;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>
/// Describes a unit's service as a process of this machine, for a clone: its command, as its user and with its environment. A second unit would be one that
/// systemd starts again and again, and shows to everybody.
/// </summary>
internal static class UnitProcess
{
    private static readonly string[] s_unlike = ["forking", "oneshot", "dbus"];

    /// <summary>Describes it.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>RehearsalNotSupported</c>, <c>PermissionMissing</c>, <c>UnitInvalid</c>, <c>EnvironmentFileNotFound</c>, <c>SecretNotFound</c>.</exception>
    public static async Task<DeploymentContext> OfAsync(Unit unit, CancellationToken cancellationToken)
    {
        var definition = unit.Definition;
        if (definition.DynamicUser) throw NotSupported(unit, "has DynamicUser=yes: its user exists only while it runs", "Give the unit a user of its own.");
        if (s_unlike.Contains(definition.Type, StringComparer.Ordinal)) throw NotSupported(unit, $"has Type={definition.Type}, so that its command is not the service itself", "Let it run in the foreground (Type=simple, exec or notify).");
        if (definition.Command is not { } command) throw NotSupported(unit, "has no command (ExecStart=)", "Mend the unit.");
        var account = UnitOneOff.AccountOf(unit);
        var user = User(unit, account);
        var settings = await UnitSettings.EnvironmentAsync(unit, tell: false, cancellationToken).ConfigureAwait(false);
        var arguments = command.Arguments.Skip(1);
        if (!command.Flags.Contains("no-env-expand", StringComparer.Ordinal)) arguments = arguments.SelectMany(argument => UnitSettings.Variables(argument, settings));
        var deployment = unit.Context.Deployment;
        return unit.Context with
        {
            Deployment = deployment with
            {
                HostKind = AppHostKind.Process,
                Settings = deployment.Settings with
                {
                    Unit = null,
                    Command = command.Path,
                    Arguments = [.. arguments],
                    WorkingDirectory = unit.WorkingDirectory,
                    EnvironmentFiles = [],
                    EnvironmentReferences = new Dictionary<string, string>(),
                    LogPath = null,
                },
            },
            Cloned = new CloneSettings { Environment = UnitOneOff.Environment(settings, account).ToDictionary(static pair => pair.Key, static pair => (string?)pair.Value, StringComparer.Ordinal), User = user, UsersHome = settings.Get("HOME") is null },
        };
    }

    private static CloneUser? User(Unit unit, Account? account)
    {
        if (Environment.IsPrivilegedProcess) return account is null || account.UserId == 0 ? null : new CloneUser(account.Name, account.UserId, unit.Definition.Group is { Length: > 0 } group ? group : account.GroupId.ToString(CultureInfo.InvariantCulture));
        if (account?.Name == Environment.UserName) return null;
        throw SystemdErrors.Denied($"run a clone of '{unit.Context.Deployment.Name}' as '{account?.Name ?? "root"}', the user of the unit '{unit.Id}'", null, unit.Id);
    }

    private static UpgradeException NotSupported(Unit unit, string why, string remedy) => new(
        "RehearsalNotSupported", UpgradeErrorCategory.NotImplemented, unit.Context.Deployment.Name,
        $"An upgrade of '{unit.Context.Deployment.Name}' can't be rehearsed: its unit '{unit.Id}' {why}.", remedy);
}
