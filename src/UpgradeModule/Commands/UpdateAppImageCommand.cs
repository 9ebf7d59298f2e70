using System.Management.Automation;
using UpgradeModule.Completion;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>
/// Recreates a deployment's container with another version's image, pulled and pinned first, and with everything that was its own. The old container is
/// kept, stopped and renamed. The service must be stopped.
/// </summary>
[Cmdlet(VerbsData.Update, "AppImage", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(AppDeployment))]
public sealed class UpdateAppImageCommand : DeploymentCmdlet
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

    /// <summary>The whole reference of the image (<c>repo:tag</c> or <c>repo@sha256:…</c>), in place of the definition's.</summary>
    [Parameter(HelpMessage = "The whole reference of the image, repo:tag or repo@sha256:…, in place of the definition's.")]
    [ValidateNotNullOrEmpty]
    public string? Image { get; set; }

    /// <summary>The registry (<c>host[:port][/path]</c>), in place of the one that the present image is from.</summary>
    [Parameter(HelpMessage = "The registry, host[:port][/path], in place of the one that the present image is from.")]
    [ValidateNotNullOrEmpty]
    public string? Registry { get; set; }

    /// <summary>The log-in of the registry; docker's own configuration and credential helpers are asked without it.</summary>
    [Parameter(HelpMessage = "The log-in of the registry; docker's own configuration is asked without it.")]
    [Credential]
    public PSCredential? RegistryCredential { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessDeployment(AppDeployment deployment)
    {
        if (!ShouldProcess(deployment.Name, $"Recreate its container for version {Version}")) return;
        var updated = TryRun(
            deployment.Name,
            async operation =>
            {
                var context = await Session.OpenAsync(deployment, operation).ConfigureAwait(false);
                await Session.Engine.Upgrades.CheckStageAsync(context, Stage.Swap, force: false, operation.Token).ConfigureAwait(false);
                var request = new SourceRequest { Version = Version, Edition = Edition ?? "", Image = Image, Registry = Registry, RegistryCredential = EngineSession.Registry(RegistryCredential) };
                return await Session.Engine.Images.UpdateAsync(context, request, operation.Token).ConfigureAwait(false);
            },
            out var after);
        if (updated) WriteObject(after);
    }
}
