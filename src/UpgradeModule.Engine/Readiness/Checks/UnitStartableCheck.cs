namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>systemd starts the unit again once it was stopped, as it is meant to be, and nobody starts it before: what only the stop and the start would tell is told before the downtime.</summary>
internal sealed class UnitStartableCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "UnitStartable";

    /// <inheritdoc/>
    public bool Concerns(ReadinessContext context) => UnitLook.Concerns(context);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (await UnitLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is not { Unit: var unit } look) return [];
        if (unit.State.LoadState == "masked")
        {
            return [Finding.Blocker($"The unit '{unit.Id}' is masked: stopped, {context.Name} can't be started again.", $"Unmask it: systemctl unmask {unit.Id}", unit.Id)];
        }

        var findings = new List<Finding>();
        if (unit.State.NeedsReload)
        {
            findings.Add(Finding.Warning($"The files of the unit '{unit.Id}' have changed since systemd read them: the upgrade starts it as systemd knows it, and the next reload changes how it runs.", "Let systemd read them (systemctl daemon-reload), restart the application and see that it is healthy before the upgrade.", unit.Id));
        }

        if (unit.State.TriggeredBy.Count > 0)
        {
            var triggers = string.Join(", ", unit.State.TriggeredBy);
            findings.Add(Finding.Warning($"{triggers} may start the unit '{unit.Id}' while it should be down.", $"Stop {(unit.State.TriggeredBy.Count == 1 ? "it" : "them")} for the upgrade: systemctl stop {string.Join(' ', unit.State.TriggeredBy)}", unit.Id));
        }

        if (await look.Host.StoppedWithAsync(unit, cancellationToken).ConfigureAwait(false) is { Count: > 0 } others)
        {
            findings.Add(Finding.Warning($"systemd stops {string.Join(", ", others)} with the unit '{unit.Id}', and does not start {(others.Count == 1 ? "it" : "them")} with it.", $"Start {(others.Count == 1 ? "it" : "them")} again after the upgrade: systemctl start {string.Join(' ', others)}", unit.Id));
        }

        return findings;
    }
}
