using System.Management.Automation;
using UpgradeModule.Completion;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>Describes a deployment for one script: it is checked and completed, and nothing is stored.</summary>
[Cmdlet(VerbsCommon.New, "AppDeployment")]
[OutputType(typeof(AppDeployment))]
public sealed class NewAppDeploymentCommand : DeploymentSettingsCmdlet
{
    /// <summary>The deployment's name.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "A name for the deployment.")]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>The application: its name, or the path of a definition file.</summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "The name of the application, or the path of a definition file.")]
    [ArgumentCompleter(typeof(AppNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string App { get; set; } = "";

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        var draft = Apply(new AppDeployment { Name = Name, App = SessionPaths.App(SessionState.Path, App) });
        if (TryRun(Name, operation => Session.Engine.Deployments.CreateAsync(draft, operation, operation.Token), out var deployment)) WriteObject(deployment);
    }
}
