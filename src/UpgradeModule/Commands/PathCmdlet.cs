using System.ComponentModel;
using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Completion;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>The base of the cmdlets that try a path: by the path itself, or by a deployment and a target, to which the path is worked out then.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PathCmdlet : SourceCmdlet
{
    /// <summary>The parameter set that takes paths.</summary>
    internal const string ByPath = nameof(ByPath);

    /// <summary>The paths, as Get-UpgradePath gives them for deployments.</summary>
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

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        if (ParameterSetName != ByPath)
        {
            base.ProcessInput();
            return;
        }

        foreach (var path in UpgradePath) Guard(path, () => ProcessPath(PathOwner.Of(path), path));
    }

    /// <inheritdoc/>
    private protected override void ProcessDeployment(AppDeployment deployment) => ProcessPath(deployment, null);

    /// <summary>Processes one deployment, on the pipeline thread.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="given">Its path, where that was given.</param>
    private protected abstract void ProcessPath(AppDeployment deployment, UpgradePath? given);

    /// <summary>The path that was given, or the one to the target.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="given">The path that was given.</param>
    /// <param name="operation">Who is told.</param>
    private protected async Task<UpgradePath> PlanAsync(AppDeployment deployment, UpgradePath? given, PipelineOperation operation) =>
        given ?? await PathFinder.PlanAsync(Session, deployment, new PathWish(To, Edition, IncludePrerelease), operation, afresh: true).ConfigureAwait(false);
}
