using System.Management.Automation;
using UpgradeModule.Engine.Upgrades;

namespace UpgradeModule.Commands;

/// <summary>
/// Goes on with upgrade runs that were cut short, paused, or could not be taken back: at the first action whose effect isn't complete, in the direction
/// that they went. A stop that can't be finished is taken back.
/// </summary>
[Cmdlet(VerbsLifecycle.Resume, "UpgradeRun", DefaultParameterSetName = ByRun, SupportsShouldProcess = true)]
[OutputType(typeof(UpgradeResult))]
public sealed class ResumeUpgradeRunCommand : RunCmdlet
{
    /// <summary>The ids of manual steps that are done, where no probe can tell.</summary>
    [Parameter(HelpMessage = "The id of a manual step that is done, where no probe can tell.")]
    public string[] ConfirmedStep { get; set; } = [];

    /// <summary>Passes over warnings that ask for it, and over invariants that fell.</summary>
    [Parameter(HelpMessage = "Passes over warnings that ask for it, and over invariants that fell.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessRun(UpgradeRun run, AppDeployment deployment)
    {
        var last = run.Steps.Count > 0 ? $", last at '{run.Steps[^1].Title}'" : "";
        var plan = run.Undo is { EndedOn: null } ? $"Go on with its undo, back to {run.From}" : $"Go on with the upgrade from {run.From} to {run.To}: {run.Outcome?.ToString() ?? "running"} at {run.Reached?.Text ?? "no version"}{last}";
        if (!ShouldProcess($"{deployment.Name}, run {run.RunId}", plan)) return;
        var request = new ResumeRequest { RunId = run.RunId, Timeout = Timeout, ConfirmedSteps = ConfirmedStep, Force = Force };
        var ended = TryRunToEnd(
            run.RunId,
            this,
            async operation =>
            {
                var context = await Session.OpenAsync(deployment, operation, Credential, MaintenanceCredential, RegistryCredential).ConfigureAwait(false);
                return await Session.Engine.Upgrades.ResumeAsync(context, request, operation.Token).ConfigureAwait(false);
            },
            out var result);
        if (ended) Report(result!, result!.Outcome is UpgradeOutcome.Failed or UpgradeOutcome.Interrupted || (result.Outcome == UpgradeOutcome.RolledBack && result.Undo is null));
    }
}
