using System.ComponentModel;
using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Completion;

namespace UpgradeModule.Commands;

/// <summary>The base of the cmdlets that act on deployments: by name from the store, or by the objects themselves.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class DeploymentCmdlet : StoreCmdlet
{
    /// <summary>The parameter set that names deployments.</summary>
    internal const string ByName = nameof(ByName);

    /// <summary>The parameter set that takes deployments.</summary>
    internal const string ByDeployment = nameof(ByDeployment);

    /// <summary>The names of stored deployments; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, HelpMessage = "The name of a stored deployment; wildcards are allowed.")]
    [ArgumentCompleter(typeof(DeploymentNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>The deployments, stored or not; a name stands for the stored one.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByDeployment, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "A deployment, as Get-AppDeployment or New-AppDeployment gives it.")]
    [DeploymentTransformation]
    [ValidateNotNullOrEmpty]
    public AppDeployment[] Deployment { get; set; } = [];

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        foreach (var deployment in Targets()) ProcessDeployment(deployment);
    }

    /// <summary>Processes one deployment, on the pipeline thread.</summary>
    /// <param name="deployment">The deployment, as it was given or is stored.</param>
    private protected virtual void ProcessDeployment(AppDeployment deployment)
    {
    }

    /// <summary>The deployments that this input names. What can't be found is written as an error.</summary>
    private protected List<AppDeployment> Targets() => ParameterSetName == ByName ? StoredByName(Name) : Resolved(Deployment);
}
