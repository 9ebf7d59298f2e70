using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Completion;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Errors;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>
/// Upgrades deployments along their path: proves a backup, then at every stop stops the service, keeps a way back, swaps, starts and waits until it is
/// healthy. What fails is taken back to the last good stop. Ctrl+C goes back first, too.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "AppUpgrade", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(UpgradeResult))]
public sealed class InvokeAppUpgradeCommand : NewRunCmdlet
{
    private const string ByPath = nameof(ByPath);

    /// <summary>The paths to walk, as Get-UpgradePath gives them for deployments.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByPath, ValueFromPipeline = true, HelpMessage = "A path, as Get-UpgradePath gives it for a deployment.")]
    [PathTransformation]
    [ValidateNotNullOrEmpty]
    public UpgradePath[] UpgradePath { get; set; } = [];

    /// <summary>The target: an exact version, a major, or <c>latest</c>; <c>latest</c> without it.</summary>
    [Parameter(ParameterSetName = ByName, HelpMessage = "The target: an exact version, a major such as 0.50, or latest.")]
    [Parameter(ParameterSetName = ByDeployment, HelpMessage = "The target: an exact version, a major such as 0.50, or latest.")]
    [ArgumentCompleter(typeof(VersionCompleter))]
    public string? To { get; set; }

    /// <summary>The edition at the end; the same without it.</summary>
    [Parameter(ParameterSetName = ByName, HelpMessage = "The edition at the end; the same without it.")]
    [Parameter(ParameterSetName = ByDeployment, HelpMessage = "The edition at the end; the same without it.")]
    [ArgumentCompleter(typeof(EditionCompleter))]
    public string? Edition { get; set; }

    /// <summary>Lets pre-releases be targets.</summary>
    [Parameter(ParameterSetName = ByName, HelpMessage = "Lets pre-releases be targets.")]
    [Parameter(ParameterSetName = ByDeployment, HelpMessage = "Lets pre-releases be targets.")]
    public SwitchParameter IncludePrerelease { get; set; }

    /// <summary>The ids of manual steps that are done, where no probe can tell.</summary>
    [Parameter(HelpMessage = "The id of a manual step that is done, where no probe can tell.")]
    public string[] ConfirmedStep { get; set; } = [];

    /// <summary>The SHA-256 of the artifact, for a path of one stop.</summary>
    [Parameter(HelpMessage = "The SHA-256 of the artifact, for a path of one stop.")]
    [ValidatePattern("^[0-9A-Fa-f]{64}$")]
    public string? Sha256 { get; set; }

    /// <summary>How long to wait for the application without a sign of progress: a time span, or seconds.</summary>
    [Parameter(HelpMessage = "How long to wait without a sign of progress: a time span, or seconds.")]
    [SecondsTransformation]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Passes over warnings that ask for it, and over invariants that fell.</summary>
    [Parameter(HelpMessage = "Passes over warnings that ask for it, and over invariants that fell.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        if (ParameterSetName != ByPath)
        {
            base.ProcessInput();
            return;
        }

        foreach (var path in UpgradePath) Guard(path, () => Upgrade(path, PathOwner.Of(path)));
    }

    /// <inheritdoc/>
    private protected override void ProcessDeployment(AppDeployment deployment)
    {
        var wish = new PathWish(To, Edition, IncludePrerelease);
        if (TryRun(deployment.Name, operation => PathFinder.PlanAsync(Session, deployment, wish, operation, afresh: true), out var path)) Upgrade(path, path.Deployment ?? deployment);
    }

    private void Upgrade(UpgradePath path, AppDeployment deployment)
    {
        var plan = PlanText.Of(path, deployment);
        if (!ShouldProcess(plan, plan + Environment.NewLine + "Go on?", $"Upgrade of '{deployment.Name}'")) return;
        var request = new UpgradeRequest
        {
            Path = path,
            BackupDestination = BackupFolder,
            ArtifactPath = ArtifactSource,
            BaseUrl = BaseUrl,
            Sha256 = Sha256,
            Registry = Registry,
            Timeout = Timeout,
            ConfirmedSteps = ConfirmedStep,
            Force = Force,
        };
        var ended = TryRunToEnd(
            deployment.Name,
            this,
            async operation =>
            {
                var context = await Session.OpenAsync(deployment, operation, Credential, MaintenanceCredential, RegistryCredential).ConfigureAwait(false);
                return await Session.Engine.Upgrades.RunAsync(context, request, operation.Token).ConfigureAwait(false);
            },
            out var result);
        if (ended) Report(result!);
    }

    private void Report(UpgradeResult result)
    {
        WriteObject(result);
        if (result.Outcome is UpgradeOutcome.RolledBack or UpgradeOutcome.Failed or UpgradeOutcome.Interrupted)
        {
            WriteError(ErrorFactory.Create(ResultText.Failure(result), result.Deployment.Name));
        }
    }
}
