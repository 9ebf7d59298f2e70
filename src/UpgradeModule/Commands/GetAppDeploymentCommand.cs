using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Completion;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>
/// Gets deployments: the stored ones, or those that are piped in, looked at afresh. It shows whether they run, the version that really runs
/// and the newest; it asks them in parallel, for at most two seconds.
/// </summary>
[Cmdlet(VerbsCommon.Get, "AppDeployment", DefaultParameterSetName = DeploymentCmdlet.ByName)]
[OutputType(typeof(AppDeployment))]
public sealed class GetAppDeploymentCommand : StoreCmdlet
{
    private readonly List<AppDeployment> _asked = [];

    /// <summary>The names of stored deployments; wildcards are allowed. All where empty.</summary>
    [Parameter(Position = 0, ParameterSetName = DeploymentCmdlet.ByName, ValueFromPipeline = true, HelpMessage = "The name of a stored deployment; wildcards are allowed.")]
    [ArgumentCompleter(typeof(DeploymentNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Deployments to look at afresh.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DeploymentCmdlet.ByDeployment, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "A deployment to look at afresh.")]
    [DeploymentTransformation]
    [ValidateNotNullOrEmpty]
    public AppDeployment[] Deployment { get; set; } = [];

    /// <summary>Only deployments of these applications; wildcards are allowed.</summary>
    [Parameter(HelpMessage = "Only deployments of this application; wildcards are allowed.")]
    [ArgumentCompleter(typeof(AppNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] App { get; set; } = ["*"];

    /// <summary>Gives the deployments as they are stored, without asking them anything.</summary>
    [Parameter(HelpMessage = "Gives deployments as they are stored, without asking them anything.")]
    public SwitchParameter NoProbe { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        var found = ParameterSetName == DeploymentCmdlet.ByName ? StoredByName(Name) : Resolved(Deployment);
        var apps = App.Select(app => WildcardPattern.Get(app, WildcardOptions.IgnoreCase)).ToList();
        foreach (var deployment in found.Where(one => apps.Exists(app => app.IsMatch(one.App))))
        {
            if (NoProbe) WriteObject(deployment);
            else _asked.Add(deployment);
        }
    }

    /// <summary>Looks at all of them together: ten that don't answer take as long as one.</summary>
    protected override void EndProcessing()
    {
        if (_asked.Count > 0)
        {
            TryRun(null, async operation =>
            {
                await foreach (var deployment in Session.Engine.Deployments.InspectAsync(_asked, operation, Limits.Probe, operation.Token).ConfigureAwait(false))
                {
                    await operation.WriteAsync(deployment).ConfigureAwait(false);
                }
            });
        }

        base.EndProcessing();
    }
}
