using System.Diagnostics;
using System.Globalization;
namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>Stops a unit, and kills what is left of it after its grace where systemd hasn't done so before.</summary>
internal sealed class UnitStopper(UnitReader reader, UnitControl control)
{
    private static readonly TimeSpan AfterKill = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Endless = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    /// <summary>Stops it, and returns once nothing of it runs. A crash loop ends too.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="grace">How long a graceful stop may take; the unit's own <c>TimeoutStopSec=</c> where <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>PermissionMissing</c>, <c>ServiceStopFailed</c>.</exception>
    public async Task<UnitState> StopAsync(Unit unit, TimeSpan? grace, CancellationToken cancellationToken)
    {
        if (unit.State.IsDown) return unit.State;
        var context = unit.Context;
        var name = context.Deployment.Name;
        if (unit.State.TriggeredBy.Count > 0) context.Operation.Warning($"'{name}' may be started again while it should be down: {string.Join(", ", unit.State.TriggeredBy)} may start its unit '{unit.Id}'. Stop that too until the work is done.");
        var others = await RunningAsync(unit, cancellationToken).ConfigureAwait(false);
        if (others.Count > 0) context.Operation.Warning($"systemd stops {string.Join(", ", others)} with '{name}', and does not start them with it. When it runs again, start them by hand: systemctl start {string.Join(' ', others)}");
        await control.StopAsync(unit.Id, cancellationToken).ConfigureAwait(false);

        // Without a grace of its own the unit's counts, and systemd itself kills: it only has to be waited for.
        var usual = TimeSpan.FromSeconds(context.Spec.Start.GraceSeconds);
        var patience = grace ?? (unit.Definition.StopTimeout is { } own ? own + Slack : usual > Endless ? usual : Endless);
        var state = await DownAsync(unit, patience, cancellationToken).ConfigureAwait(false);
        if (!state.IsDown)
        {
            context.Operation.Warning(string.Create(CultureInfo.InvariantCulture, $"'{name}' did not stop within {patience.TotalSeconds:0.#} seconds and is killed."));
            await control.KillAsync(unit.Id, CancellationToken.None).ConfigureAwait(false);
            state = await DownAsync(unit, AfterKill, CancellationToken.None).ConfigureAwait(false);
        }
        else if (state.Result == "timeout")
        {
            context.Operation.Warning($"'{name}' did not stop within the time that its unit '{unit.Id}' gives it (TimeoutStopSec), and systemd killed it.");
        }

        if (!state.IsDown)
        {
            throw new UpgradeException("ServiceStopFailed", UpgradeErrorCategory.InvalidOperation, name, $"'{name}' still runs (its unit '{unit.Id}' is {state.ActiveState}, {state.SubState}), although it was killed.", "It may wait for a disk or a network share: look at it with the system's own means.");
        }

        // An end that was asked for is no failure, whatever its exit code.
        if (state.ActiveState == "failed") await control.ForgetFailureAsync(unit.Id, CancellationToken.None).ConfigureAwait(false);
        return state with { ActiveState = "inactive" };
    }

    /// <summary>Tells which units run now that systemd stops with a unit.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyList<string>> RunningAsync(Unit unit, CancellationToken cancellationToken)
    {
        var running = new List<string>();
        foreach (var other in unit.State.StoppedWith)
        {
            try
            {
                if ((await reader.StateAsync(other, cancellationToken).ConfigureAwait(false)).ActiveState is "active" or "activating" or "reloading") running.Add(other);
            }
            catch (UpgradeException failure)
            {
                unit.Context.Operation.Verbose($"What the unit '{other}' is doing can't be told: {failure.Message}");
            }
        }

        return running;
    }

    private async Task<UnitState> DownAsync(Unit unit, TimeSpan patience, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var state = await reader.StateAsync(unit.Id, cancellationToken).ConfigureAwait(false);
            if (state.IsDown || waited.Elapsed > patience) return state;
            await Task.Delay(waited.ElapsedMilliseconds < 2000 ? 25 : 150, cancellationToken).ConfigureAwait(false);
        }
    }
}
