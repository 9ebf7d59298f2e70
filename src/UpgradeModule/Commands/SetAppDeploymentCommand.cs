using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Completion;

namespace UpgradeModule.Commands;

/// <summary>Changes what is known of deployments: the parameters that are given, and nothing else. What runs is not touched.</summary>
[Cmdlet(VerbsCommon.Set, "AppDeployment", DefaultParameterSetName = DeploymentCmdlet.ByName, SupportsShouldProcess = true)]
[OutputType(typeof(AppDeployment))]
public sealed class SetAppDeploymentCommand : DeploymentSettingsCmdlet
{
    /// <summary>The names of stored deployments; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = DeploymentCmdlet.ByName, HelpMessage = "The name of a stored deployment; wildcards are allowed.")]
    [ArgumentCompleter(typeof(DeploymentNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>The deployments, stored or not.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DeploymentCmdlet.ByDeployment, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "A deployment, as Get-AppDeployment or New-AppDeployment gives it.")]
    [DeploymentTransformation]
    [ValidateNotNullOrEmpty]
    public AppDeployment[] Deployment { get; set; } = [];

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        foreach (var deployment in ParameterSetName == DeploymentCmdlet.ByName ? StoredByName(Name) : Resolved(Deployment)) Change(deployment);
    }

    private void Change(AppDeployment before)
    {
        var draft = Apply(before);
        if (!ShouldProcess(before.Name, "Change the deployment's settings")) return;
        var done = TryRun(
            before.Name,
            async operation =>
            {
                var changed = await Session.Engine.Deployments.CreateAsync(draft, operation, operation.Token).ConfigureAwait(false);
                return before.Stored ? await Session.Engine.Deployments.RegisterAsync(changed, replace: true, operation.Token).ConfigureAwait(false) : changed;
            },
            out var after);
        if (done) WriteObject(after);
    }
}
