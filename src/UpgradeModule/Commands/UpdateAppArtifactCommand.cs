using System.Management.Automation;
using UpgradeModule.Completion;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>
/// Swaps the file that holds a deployment's version (a JAR or another single file) for another version's, fetched and verified first. The old one is
/// kept beside. The service must be stopped.
/// </summary>
[Cmdlet(VerbsData.Update, "AppArtifact", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[Alias("Update-AppJar")]
[OutputType(typeof(AppDeployment))]
public sealed class UpdateAppArtifactCommand : DeploymentCmdlet
{
    /// <summary>The version to install.</summary>
    [Parameter(Mandatory = true, HelpMessage = "The version to install.")]
    [ArgumentCompleter(typeof(VersionCompleter))]
    [ValidateNotNull]
    public AppVersion Version { get; set; } = null!;

    /// <summary>The edition to install; the deployment's own without it.</summary>
    [Parameter(HelpMessage = "The edition to install; the deployment's own without it.")]
    [ArgumentCompleter(typeof(EditionCompleter))]
    public string? Edition { get; set; }

    /// <summary>A file that is there already, or an address, in place of the definition's address.</summary>
    [Parameter(HelpMessage = "A file that is there already, or an address, in place of the definition's address.")]
    public string? ArtifactPath { get; set; }

    /// <summary>The mirror that the file comes from.</summary>
    [Parameter(HelpMessage = "The mirror that the file comes from.")]
    public string? BaseUrl { get; set; }

    /// <summary>The SHA-256 that the file must have, in hexadecimal digits.</summary>
    [Parameter(HelpMessage = "The SHA-256 that the file must have, in hexadecimal digits.")]
    [ValidatePattern("^[0-9A-Fa-f]{64}$")]
    public string? Sha256 { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessDeployment(AppDeployment deployment)
    {
        var source = ArtifactPath is null ? null : SessionPaths.PathOrAddress(SessionState.Path, ArtifactPath);
        if (!ShouldProcess(deployment.Name, $"Swap its file for version {Version}")) return;
        var updated = TryRun(
            deployment.Name,
            async operation =>
            {
                var context = await Session.OpenAsync(deployment, operation).ConfigureAwait(false);
                await Session.Engine.Upgrades.CheckStageAsync(context, Stage.Swap, force: false, operation.Token).ConfigureAwait(false);
                var request = new ArtifactRequest { Version = Version, Edition = Edition ?? "", Path = source, BaseUrl = BaseUrl, Sha256 = Sha256 };
                return await Session.Engine.Artifacts.UpdateAsync(context, request, operation.Token).ConfigureAwait(false);
            },
            out var after);
        if (updated) WriteObject(after);
    }
}
