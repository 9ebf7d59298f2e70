using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Completion;
using UpgradeModule.Engine.Upgrades.Rehearsal;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>
/// Rehearses upgrades: restores a proven backup beside, starts a clone of the application on it that reaches nothing else, walks every stop of the path, and
/// tells whether each became healthy, how long it took and how long the real run will keep people out. The deployment itself is not touched.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "AppUpgrade", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(UpgradeRehearsal), typeof(bool))]
public sealed class TestAppUpgradeCommand : PathCmdlet
{
    /// <summary>The backup that the clone is made of; the newest proven one of the present version without it, or else one that is made and proven.</summary>
    [Parameter(HelpMessage = "The backup that the clone is made of; the newest proven one without it.")]
    [BackupTransformation]
    [ArgumentCompleter(typeof(BackupCompleter))]
    [ValidateNotNull]
    public AppBackup? Backup { get; set; }

    /// <summary>The SHA-256 of the artifact, for a path of one stop.</summary>
    [Parameter(HelpMessage = "The SHA-256 of the artifact, for a path of one stop.")]
    [ValidatePattern("^[0-9A-Fa-f]{64}$")]
    public string? Sha256 { get; set; }

    /// <summary>How long to wait for the clone without a sign of progress: a time span, or seconds.</summary>
    [Parameter(HelpMessage = "How long to wait without a sign of progress: a time span, or seconds.")]
    [SecondsTransformation]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Rehearses even where the clone can't be kept to itself.</summary>
    [Parameter(HelpMessage = "Rehearses even where the clone can't be kept to itself.")]
    public SwitchParameter AllowOutbound { get; set; }

    /// <summary>Gives only whether every stop became healthy.</summary>
    [Parameter(HelpMessage = "Gives only whether every stop became healthy.")]
    public SwitchParameter Quiet { get; set; }

    /// <summary>The clone is removed first, which takes a moment.</summary>
    private protected override TimeSpan StopGrace => TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    private protected override void ProcessPath(AppDeployment deployment, UpgradePath? given)
    {
        if (!ShouldProcess(deployment.Name, $"Rehearse the upgrade to {given?.To?.Text ?? To ?? "latest"} on a clone")) return;
        var request = new RehearsalRequest
        {
            BackupDestination = BackupFolder,
            ArtifactPath = ArtifactSource,
            BaseUrl = BaseUrl,
            Sha256 = Sha256,
            Registry = Registry,
            Timeout = Timeout,
            AllowOutbound = AllowOutbound,
        };
        var rehearsed = TryRun(
            deployment.Name,
            async operation =>
            {
                var backup = Backup is null ? null : await BackupFinder.FindAsync(Session, Backup, operation).ConfigureAwait(false);
                var path = await PlanAsync(deployment, given, operation).ConfigureAwait(false);
                var context = await Session.OpenAsync(path.Deployment ?? deployment, operation, Credential, MaintenanceCredential, RegistryCredential).ConfigureAwait(false);
                return await Session.Engine.Rehearsals.RunAsync(context, request with { Path = path, Backup = backup }, operation.Token).ConfigureAwait(false);
            },
            out var result);
        if (rehearsed) WriteObject(Quiet ? result!.Healthy : result);
    }
}
