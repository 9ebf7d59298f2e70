using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Completion;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>Works out over which versions an upgrade goes, and what is to be done at each.</summary>
[Cmdlet(VerbsCommon.Get, "UpgradePath", DefaultParameterSetName = ByVersion)]
[OutputType(typeof(UpgradePath))]
public sealed class GetUpgradePathCommand : StoreCmdlet
{
    private const string ByVersion = nameof(ByVersion);

    /// <summary>The deployments, stored or not; a name stands for the stored one.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DeploymentCmdlet.ByDeployment, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "A deployment, as Get-AppDeployment gives it.")]
    [DeploymentTransformation]
    [ArgumentCompleter(typeof(DeploymentNameCompleter))]
    [ValidateNotNullOrEmpty]
    public AppDeployment[] Deployment { get; set; } = [];

    /// <summary>The application: its name, or the path of a definition file.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByVersion, HelpMessage = "The name of the application, or the path of a definition file.")]
    [ArgumentCompleter(typeof(AppNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string App { get; set; } = "";

    /// <summary>The version at the start.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ByVersion, HelpMessage = "The version that runs.")]
    [ArgumentCompleter(typeof(VersionCompleter))]
    [ValidateNotNullOrEmpty]
    public string From { get; set; } = "";

    /// <summary>The target: an exact version, a major, or <c>latest</c>; <c>latest</c> without it.</summary>
    [Parameter(HelpMessage = "The target: an exact version, a major such as 0.50, or latest.")]
    [ArgumentCompleter(typeof(VersionCompleter))]
    public string? To { get; set; }

    /// <summary>The edition at the end; the same without it.</summary>
    [Parameter(HelpMessage = "The edition at the end; the same without it.")]
    [ArgumentCompleter(typeof(EditionCompleter))]
    public string? Edition { get; set; }

    /// <summary>Lets pre-releases be targets.</summary>
    [Parameter(HelpMessage = "Lets pre-releases be targets.")]
    public SwitchParameter IncludePrerelease { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        var wish = new PathWish(To, Edition, IncludePrerelease);
        if (ParameterSetName == ByVersion) Plan(wish);
        else
        {
            foreach (var deployment in Resolved(Deployment)) Guard(deployment.Name, () => Plan(deployment, wish));
        }
    }

    private void Plan(AppDeployment deployment, PathWish wish)
    {
        if (PathFinder.TryPlan(Session, deployment, wish) is { } path) WriteObject(path);
        else if (TryRun(deployment.Name, operation => PathFinder.PlanAsync(Session, deployment, wish, operation, afresh: false), out var planned)) WriteObject(planned);
    }

    private void Plan(PathWish wish)
    {
        var app = SessionPaths.App(SessionState.Path, App);
        if (TryRun(From, operation => PathFinder.PlanAsync(Session, app, From, wish, operation), out var path)) WriteObject(path);
    }
}
