namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>Tells systemd what to do with a unit, and says which right is missing where it won't.</summary>
/// <param name="programs">Runs systemd's programs.</param>
internal sealed class UnitControl(ISystemdPrograms programs)
{
    private const string ManageUnits = "org.freedesktop.systemd1.manage-units";
    private const string ReloadDaemon = "org.freedesktop.systemd1.reload-daemon";
    private const int NoPermission = 4;

    /// <summary>Asks for a start. It returns at once.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>PermissionMissing</c>, <c>ServiceStartFailed</c>.</exception>
    public Task StartAsync(string unit, CancellationToken cancellationToken) =>
        DemandAsync("start", unit, ["start", "--no-block"], "ServiceStartFailed", cancellationToken);

    /// <summary>Asks for a stop, which also ends a crash loop. It returns at once.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>PermissionMissing</c>, <c>ServiceStopFailed</c>.</exception>
    public Task StopAsync(string unit, CancellationToken cancellationToken) =>
        DemandAsync("stop", unit, ["stop", "--no-block"], "ServiceStopFailed", cancellationToken);

    /// <summary>Kills all processes of a unit.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>PermissionMissing</c>, <c>ServiceStopFailed</c>.</exception>
    public Task KillAsync(string unit, CancellationToken cancellationToken) =>
        DemandAsync("kill", unit, ["kill", "--signal=SIGKILL"], "ServiceStopFailed", cancellationToken);

    /// <summary>
    /// Forgets that a unit failed, and how often it was started lately: an upgrade over several stops starts it more often than its start limit may
    /// allow. That it can't be done is no failure: a start will tell.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task ForgetFailureAsync(string unit, CancellationToken cancellationToken) =>
        programs.RunAsync("systemctl", ["reset-failed", "--no-ask-password", "--", unit], cancellationToken);

    /// <summary>Lets systemd read the files of all units again.</summary>
    /// <param name="unit">The unit whose files have changed, for messages.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>PermissionMissing</c>, <c>UnitInvalid</c>.</exception>
    public async Task ReloadAsync(string unit, CancellationToken cancellationToken)
    {
        var result = await programs.RunAsync("systemctl", ["daemon-reload", "--no-ask-password"], cancellationToken).ConfigureAwait(false) ?? throw SystemdErrors.NoProgram("systemctl");
        if (result.ExitCode == 0) return;
        if (!await MayAsync(ReloadDaemon, result, cancellationToken).ConfigureAwait(false)) throw SystemdErrors.Denied($"let systemd read the files of '{unit}' again", ReloadDaemon, unit);
        throw new UpgradeException("UnitInvalid", UpgradeErrorCategory.InvalidOperation, unit, $"systemd can't read the files of its units again: {result.Complaint}", "Run systemctl daemon-reload and mend what it tells.");
    }

    /// <summary>Tells whether the caller may stop and start a unit, and change its files where that is needed.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="changes">Whether a drop-in may have to be written.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<RightsCheck> CheckAsync(string unit, bool changes, CancellationToken cancellationToken)
    {
        if (programs.IsRoot) return RightsCheck.Enough;
        if (changes) return Missing(SystemdErrors.Denied($"give the unit '{unit}' another Java", null, unit), certain: true);
        var asked = await PolkitAsync(ManageUnits, cancellationToken).ConfigureAwait(false);

        // A rule of polkit that names this very unit allows it all the same, and only doing it tells.
        return asked is { ExitCode: 0 } ? RightsCheck.Enough : Missing(SystemdErrors.Denied($"stop and start the unit '{unit}'", ManageUnits, unit), certain: asked is null);
    }

    private static RightsCheck Missing(UpgradeException denied, bool certain) =>
        new() { Missing = denied.Message[..^(denied.Remedy!.Length + 1)], Remedy = denied.Remedy, Certain = certain };

    private async Task DemandAsync(string what, string unit, IReadOnlyList<string> arguments, string errorId, CancellationToken cancellationToken)
    {
        var result = await programs.RunAsync("systemctl", [.. arguments, "--no-ask-password", "--", unit], cancellationToken).ConfigureAwait(false) ?? throw SystemdErrors.NoProgram("systemctl");
        if (result.ExitCode == 0) return;
        if (!await MayAsync(ManageUnits, result, cancellationToken).ConfigureAwait(false)) throw SystemdErrors.Denied($"{what} the unit '{unit}'", ManageUnits, unit);
        throw new UpgradeException(errorId, UpgradeErrorCategory.InvalidOperation, unit, $"systemd doesn't {what} the unit '{unit}': {result.Complaint}", $"See systemctl status {unit}.");
    }

    // Of all the verbs only some answer a missing right with an exit code of its own; polkit is asked for the rest. Where it isn't there, only root may.
    private async Task<bool> MayAsync(string right, ProgramResult result, CancellationToken cancellationToken)
    {
        if (programs.IsRoot) return true;
        if (result.ExitCode == NoPermission) return false;
        return await PolkitAsync(right, cancellationToken).ConfigureAwait(false) is { ExitCode: 0 };
    }

    private Task<ProgramResult?> PolkitAsync(string right, CancellationToken cancellationToken) =>
        programs.RunAsync("pkcheck", ["--action-id", right, "--process", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)], cancellationToken);
}
