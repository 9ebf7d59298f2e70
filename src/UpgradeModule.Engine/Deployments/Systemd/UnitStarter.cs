using System.Diagnostics;
using System.Globalization;
namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>Starts a unit; only what lives a moment later has been started, and what systemd would start again and again is stopped.</summary>
internal sealed class UnitStarter(UnitReader reader, UnitControl control, Journal journal)
{
    private const int ShownLines = 15;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Preparation = TimeSpan.FromSeconds(30);

    /// <summary>Starts it. Does nothing where it runs.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="cancellationToken">Ends the wait; a start that was asked for stays asked for.</param>
    /// <exception cref="UpgradeException"><c>UnitMasked</c>, <c>PermissionMissing</c>, <c>ServiceStartFailed</c>.</exception>
    public async Task StartAsync(Unit unit, CancellationToken cancellationToken)
    {
        var context = unit.Context;
        if (unit.State.LoadState == "masked") throw SystemdErrors.Masked(context.Deployment, unit.Id);
        if (unit.State is { IsDown: false, IsRestarting: false, ActiveState: not "deactivating" }) return;
        if (unit.State.NeedsReload) context.Operation.Warning($"The files of the unit '{unit.Id}' have changed since systemd read them: it is started as systemd knows it. systemctl daemon-reload lets it read them again.");
        if (unit.Definition.KillsAfter is { } limit && context.Spec.Migrations is not null) context.Operation.Warning(string.Create(CultureInfo.InvariantCulture, $"systemd kills '{context.Deployment.Name}' when it isn't ready {limit.TotalSeconds:0} seconds after its start (Type={unit.Definition.Type}), even in the middle of a migration: set TimeoutStartSec=infinity in its unit '{unit.Id}' before an upgrade that takes longer."));
        var asked = DateTimeOffset.UtcNow;
        await control.ForgetFailureAsync(unit.Id, cancellationToken).ConfigureAwait(false);
        await control.StartAsync(unit.Id, cancellationToken).ConfigureAwait(false);
        var waited = Stopwatch.StartNew();
        Stopwatch? lived = null;
        while (true)
        {
            var state = await reader.StateAsync(unit.Id, cancellationToken).ConfigureAwait(false);
            if (state.IsRestarting || state.Restarts > 0)
            {
                await control.StopAsync(unit.Id, CancellationToken.None).ConfigureAwait(false);
                throw await FailedAsync(unit, $"it ended at once{Code(state)}, and systemd would start it again and again; it was stopped", asked).ConfigureAwait(false);
            }

            if (state.IsDown) throw await FailedAsync(unit, state.ConditionsMet ? $"it ended at once{Code(state)} ({state.Result})" : "the conditions of its unit are not met", asked).ConfigureAwait(false);
            if (state.MainProcess is not null && state.ActiveState is "active" or "activating" or "reloading")
            {
                lived ??= Stopwatch.StartNew();
                if (lived.Elapsed > Moment) return;
            }

            // What prepares the service (ExecStartPre) may take its time; the wait for its health goes on from here.
            if (waited.Elapsed > Preparation && !state.HasJob) return;
            if (waited.Elapsed > Preparation * 4) throw await FailedAsync(unit, $"it is still waiting to be started ({state.ActiveState}, {state.SubState})", asked).ConfigureAwait(false);
            await Task.Delay(waited.ElapsedMilliseconds < 2000 ? 25 : 200, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Code(UnitState state) => state.ExitCode is { } code ? string.Create(CultureInfo.InvariantCulture, $" with exit code {code}") : "";

    private async Task<UpgradeException> FailedAsync(Unit unit, string reason, DateTimeOffset since)
    {
        var redactor = await UnitSettings.RedactorAsync(unit, CancellationToken.None).ConfigureAwait(false);
        var lines = await journal.ReadAsync(unit.Id, ShownLines, since, unit.Context.Operation, CancellationToken.None).ConfigureAwait(false);
        var last = lines.Count == 0 ? "It wrote nothing." : $"Its last lines:{Environment.NewLine}{string.Join(Environment.NewLine, lines.Select(redactor.Redact))}{Environment.NewLine}";
        return new UpgradeException("ServiceStartFailed", UpgradeErrorCategory.InvalidOperation, unit.Context.Deployment.Name, $"'{unit.Context.Deployment.Name}' could not be started: {reason}. {last}", $"See journalctl --unit {unit.Id}.");
    }
}
