using System.Globalization;

namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>What can be wrong with units, and what to do about it.</summary>
internal static class SystemdErrors
{
    /// <summary>systemd's programs are not here.</summary>
    /// <param name="program">The one that is missing.</param>
    public static UpgradeException NoProgram(string program) => new(
        "SystemdNotAvailable", UpgradeErrorCategory.NotInstalled, program,
        $"There is no '{program}' on this machine, so its units can't be asked for.",
        "Deployments of the host kind Systemd are upgraded on the machine that runs them: run this there.");

    /// <summary>systemd doesn't answer.</summary>
    /// <param name="result">What its program said.</param>
    public static UpgradeException NotAvailable(ProgramResult result) => new(
        "SystemdNotAvailable", UpgradeErrorCategory.ResourceUnavailable, "systemd",
        $"systemd doesn't answer: {result.Complaint}",
        "Deployments of the host kind Systemd need a machine that was booted with systemd, and its message bus.");

    /// <summary>A deployment names no unit.</summary>
    /// <param name="deployment">The deployment.</param>
    public static UpgradeException NoUnit(AppDeployment deployment) => new(
        "DeploymentInvalid", UpgradeErrorCategory.InvalidArgument, deployment.Name,
        $"The deployment '{deployment.Name}' names no systemd unit.", "Name it with Set-AppDeployment -Unit.");

    /// <summary>A name can't be a unit's.</summary>
    /// <param name="unit">The name.</param>
    public static UpgradeException NoName(string unit) => new(
        "UnitInvalid", UpgradeErrorCategory.InvalidArgument, unit, $"'{unit}' can't be the name of a systemd unit.", "Write it as systemctl list-units does: metabase.service.");

    /// <summary>A unit is of another type.</summary>
    /// <param name="unit">The unit.</param>
    public static UpgradeException NoService(string unit) => new(
        "UnitInvalid", UpgradeErrorCategory.InvalidArgument, unit, $"The unit '{unit}' is no service.", "Name the service that runs the application.");

    /// <summary>What a unit says of itself can't be read.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="inner">The cause.</param>
    public static UpgradeException Unreadable(string unit, Exception? inner = null) => new(
        "UnitInvalid", UpgradeErrorCategory.InvalidData, unit, $"What systemd tells of the unit '{unit}' can't be read.", "See whether busctl answers for it; systemd 239 is the oldest version that is known to.", inner);

    /// <summary>systemd has not loaded a unit: which of the reasons it is.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="state">What systemd tells of it.</param>
    public static UpgradeException NotLoaded(string unit, UnitState state) => state.LoadState == "not-found"
        ? new UpgradeException("UnitNotFound", UpgradeErrorCategory.ObjectNotFound, unit, $"There is no unit '{unit}' on this machine.", "Check the name with systemctl list-units --all; a unit of a user's own session is not looked for.")
        : new UpgradeException("UnitInvalid", UpgradeErrorCategory.InvalidData, unit, $"systemd can't read the unit '{unit}' ({state.LoadState}).", $"See systemd-analyze verify {unit}, mend it and run systemctl daemon-reload.");

    /// <summary>A unit is masked.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="unit">The unit.</param>
    public static UpgradeException Masked(AppDeployment deployment, string unit) => new(
        "UnitMasked", UpgradeErrorCategory.InvalidOperation, unit,
        $"'{deployment.Name}' can't be started: its unit '{unit}' is masked, so somebody has forbidden that it is started.",
        $"Find out why; systemctl unmask {unit} allows it again.");

    /// <summary>What a service is must be down for something, and it isn't.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="state">What its unit is doing.</param>
    /// <param name="what">What can't be done.</param>
    public static UpgradeException Running(AppDeployment deployment, UnitState state, string what)
    {
        var process = state.MainProcess is { } id ? string.Create(CultureInfo.InvariantCulture, $", process {id}") : "";
        return new UpgradeException(
            "ServiceRunning", UpgradeErrorCategory.ResourceBusy, deployment.Name,
            $"{what} while its unit '{state.Id}' is {state.ActiveState} ({state.SubState}{process}).",
            "Stop it first, with Stop-AppService.");
    }

    /// <summary>A right is missing.</summary>
    /// <param name="what">What can't be done: <c>stop the unit 'x.service'</c>.</param>
    /// <param name="right">The right of polkit that would allow it; <see langword="null"/> where only root may.</param>
    /// <param name="target">What it was to be done to.</param>
    /// <param name="inner">The cause.</param>
    public static UpgradeException Denied(string what, string? right, string target, Exception? inner = null) => new(
        "PermissionMissing", UpgradeErrorCategory.PermissionDenied, target,
        $"The user '{Environment.UserName}' may not {what}: " + (right is null ? "that takes root." : $"that takes root, or polkit's right {right}."),
        "Run this as root: with sudo pwsh, or from a timer of root." + (right is null ? "" : $" An administrator can allow it to this user by a polkit rule for {right}, but replacing the artifact takes the rights of its folder too."),
        inner);
}
