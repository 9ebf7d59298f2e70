using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Completion;
using UpgradeModule.Engine.Upgrades.MigrateDown;
using UpgradeModule.Errors;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>
/// Takes deployments back to an older version by the application's own down-migration, so that what was written since stays. What fails ends in the
/// state before, by the copy that is taken right after the stop.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "MigrateDown", DefaultParameterSetName = ByName, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(UpgradeResult))]
public sealed class InvokeMigrateDownCommand : NewRunCmdlet
{
    /// <summary>The older version: exact or a major; the one before the last upgrade without it.</summary>
    [Parameter(HelpMessage = "The older version: exact, or a major such as 0.49.")]
    [ArgumentCompleter(typeof(VersionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? To { get; set; }

    /// <summary>How long each down-migration may take, and how long to wait for the application without a sign of progress: a time span, or seconds.</summary>
    [Parameter(HelpMessage = "How long each down-migration may take, and to wait without a sign of progress: a time span, or seconds.")]
    [SecondsTransformation]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Doesn't ask, and passes over what is known against the way, lists that aren't known, and invariants that fell.</summary>
    [Parameter(HelpMessage = "Doesn't ask, and passes over what is known against the way and over invariants that fell.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessDeployment(AppDeployment deployment)
    {
        var request = new MigrateDownRequest
        {
            To = To,
            BackupDestination = BackupFolder,
            ArtifactPath = ArtifactSource,
            BaseUrl = BaseUrl,
            Registry = Registry,
            Timeout = Timeout,
            Force = Force,
        };
        var planned = TryRun(
            deployment.Name,
            async operation =>
            {
                var context = await Session.OpenAsync(deployment, operation, Credential, MaintenanceCredential).ConfigureAwait(false);
                return await Session.Engine.MigrateDown.PlanAsync(context, request, operation.Token).ConfigureAwait(false);
            },
            out var path);
        if (!planned || !Confirmed(deployment.Name, PlanText.Down(path!), Force)) return;

        // What was shown is what is done: a target that was left open is the one that was found.
        var wanted = request with { To = path!.To.Text };
        var ended = TryRunToEnd(
            deployment.Name,
            this,
            async operation =>
            {
                var context = await Session.OpenAsync(deployment, operation, Credential, MaintenanceCredential, RegistryCredential).ConfigureAwait(false);
                return await Session.Engine.MigrateDown.RunAsync(context, wanted, operation.Token).ConfigureAwait(false);
            },
            out var result);
        if (!ended) return;
        WriteObject(result);
        if (result!.Outcome != UpgradeOutcome.Succeeded) WriteError(ErrorFactory.Create(ResultText.Failure(result), result.Deployment.Name));
    }
}
