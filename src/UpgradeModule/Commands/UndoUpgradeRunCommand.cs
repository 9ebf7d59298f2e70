using System.Management.Automation;
using UpgradeModule.Engine.Upgrades.Undo;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>
/// Takes upgrade runs back, to the version, configuration and data from before them, also those that were cut short. It says first how many rows were
/// written since. What it replaces is kept until Complete-UpgradeRun.
/// </summary>
[Cmdlet(VerbsCommon.Undo, "UpgradeRun", DefaultParameterSetName = ByRun, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(UpgradeResult))]
public sealed class UndoUpgradeRunCommand : RunCmdlet
{
    /// <summary>How: <c>Restore</c> puts back the data from before the run; <c>MigrateDown</c> keeps newer data; <c>Auto</c> chooses.</summary>
    [Parameter(HelpMessage = "How: Restore, MigrateDown, or Auto, which chooses.")]
    public UndoStrategy Strategy { get; set; }

    /// <summary>Doesn't ask, and undoes it also where another version is installed than the run left.</summary>
    [Parameter(HelpMessage = "Doesn't ask, and undoes it also where another version is installed than the run left.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessRun(UpgradeRun run, AppDeployment deployment)
    {
        var request = new UndoRequest { RunId = run.RunId, Strategy = Strategy, Timeout = Timeout, Force = Force };
        var planned = TryRun(
            run.RunId,
            async operation => await Session.Engine.Upgrades.PlanUndoAsync(await Session.OpenAsync(deployment, operation, Credential, MaintenanceCredential, RegistryCredential).ConfigureAwait(false), request, operation.Token).ConfigureAwait(false),
            out var plan);
        if (!planned) return;
        if (plan!.Nothing is null && !Confirmed($"{deployment.Name}, run {run.RunId}", UndoText.Of(plan), Force)) return;
        if (plan.Nothing is not null && IsWhatIf)
        {
            Warn(plan.Nothing);
            return;
        }

        async Task<UpgradeResult> UndoAsync(PipelineOperation operation) =>
            await Session.Engine.Upgrades.UndoAsync(await Session.OpenAsync(deployment, operation, Credential, MaintenanceCredential, RegistryCredential).ConfigureAwait(false), request, operation.Token).ConfigureAwait(false);

        // Where there is nothing to undo, nothing ends that could be told.
        var ended = plan.Nothing is null ? TryRunToEnd(run.RunId, this, UndoAsync, out var result) : TryRun(run.RunId, UndoAsync, out result);

        // A migration down is a run of its own: where that is the result, it didn't succeed, and the newer version runs on.
        if (ended) Report(result!, result!.Outcome is UpgradeOutcome.Failed or UpgradeOutcome.Interrupted || (result.RunId != run.RunId && result.Outcome != UpgradeOutcome.Succeeded));
    }
}
