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
public sealed class TestAppUpgradeCommand : DatabaseCmdlet
{
    private const string ByPath = nameof(ByPath);

    /// <summary>The paths to rehearse, as Get-UpgradePath gives them for deployments.</summary>
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

    /// <summary>The backup that the clone is made of; the newest proven one of the present version without it, or else one that is made and proven.</summary>
    [Parameter(HelpMessage = "The backup that the clone is made of; the newest proven one without it.")]
    [BackupTransformation]
    [ArgumentCompleter(typeof(BackupCompleter))]
    [ValidateNotNull]
    public AppBackup? Backup { get; set; }

    /// <summary>The folder that a backup goes to that has to be made.</summary>
    [Parameter(HelpMessage = "The folder that a backup goes to that has to be made.")]
    public string? BackupDestination { get; set; }

    /// <summary>A folder of artifacts, or for a path of one stop the artifact itself; fetched without it.</summary>
    [Parameter(HelpMessage = "A folder of artifacts, or for a path of one stop the artifact itself.")]
    public string? ArtifactPath { get; set; }

    /// <summary>The mirror that artifacts come from.</summary>
    [Parameter(HelpMessage = "The mirror that artifacts come from.")]
    public string? BaseUrl { get; set; }

    /// <summary>The SHA-256 of the artifact, for a path of one stop.</summary>
    [Parameter(HelpMessage = "The SHA-256 of the artifact, for a path of one stop.")]
    [ValidatePattern("^[0-9A-Fa-f]{64}$")]
    public string? Sha256 { get; set; }

    /// <summary>The registry (<c>host[:port][/path]</c>) that images come from.</summary>
    [Parameter(HelpMessage = "The registry that images come from, host[:port][/path].")]
    [ValidateNotNullOrEmpty]
    public string? Registry { get; set; }

    /// <summary>The log-in of the registry; docker's own configuration and credential helpers are asked without it.</summary>
    [Parameter(HelpMessage = "The log-in of the registry; docker's own configuration is asked without it.")]
    [Credential]
    public PSCredential? RegistryCredential { get; set; }

    /// <summary>How long to wait for the clone without a sign of progress: a time span, or seconds.</summary>
    [Parameter(HelpMessage = "How long to wait without a sign of progress: a time span, or seconds.")]
    [SecondsTransformation]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Rehearses even where the clone can't be kept from reaching others.</summary>
    [Parameter(HelpMessage = "Rehearses even where the clone can't be kept from reaching others.")]
    public SwitchParameter AllowOutbound { get; set; }

    /// <summary>Gives only whether every stop became healthy.</summary>
    [Parameter(HelpMessage = "Gives only whether every stop became healthy.")]
    public SwitchParameter Quiet { get; set; }

    /// <summary>The clone is removed first, which takes a moment.</summary>
    private protected override TimeSpan StopGrace => TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        if (ParameterSetName != ByPath)
        {
            base.ProcessInput();
            return;
        }

        foreach (var path in UpgradePath) Guard(path, () => Rehearse(PathOwner.Of(path), path));
    }

    /// <inheritdoc/>
    private protected override void ProcessDeployment(AppDeployment deployment) => Rehearse(deployment, null);

    private void Rehearse(AppDeployment deployment, UpgradePath? given)
    {
        if (!ShouldProcess(deployment.Name, $"Rehearse the upgrade to {given?.To?.Text ?? To ?? "latest"} on a clone")) return;
        var request = new RehearsalRequest
        {
            BackupDestination = BackupDestination is null ? null : FullPath(BackupDestination),
            ArtifactPath = ArtifactPath is null ? null : SessionPaths.PathOrAddress(SessionState.Path, ArtifactPath),
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
                var path = given ?? await PathFinder.PlanAsync(Session, deployment, new PathWish(To, Edition, IncludePrerelease), operation, afresh: true).ConfigureAwait(false);
                var context = await Session.OpenAsync(path.Deployment ?? deployment, operation, Credential, MaintenanceCredential, RegistryCredential).ConfigureAwait(false);
                return await Session.Engine.Rehearsals.RunAsync(context, request with { Path = path, Backup = backup }, operation.Token).ConfigureAwait(false);
            },
            out var result);
        if (rehearsed) WriteObject(Quiet ? result!.Healthy : result);
    }
}
