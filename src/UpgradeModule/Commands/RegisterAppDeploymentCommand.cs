using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Completion;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>Checks deployments and keeps them in the store, so that they can be named.</summary>
[Cmdlet(VerbsLifecycle.Register, "AppDeployment", DefaultParameterSetName = Described, SupportsShouldProcess = true)]
[OutputType(typeof(AppDeployment))]
public sealed class RegisterAppDeploymentCommand : DeploymentSettingsCmdlet
{
    private const string Described = nameof(Described);

    /// <summary>The deployment's name.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = Described, HelpMessage = "A name for the deployment.")]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>The application: its name, or the path of a definition file.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = Described, HelpMessage = "The name of the application, or the path of a definition file.")]
    [ArgumentCompleter(typeof(AppNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string App { get; set; } = "";

    /// <summary>Deployments that were made with New-AppDeployment.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DeploymentCmdlet.ByDeployment, ValueFromPipeline = true, HelpMessage = "A deployment, as New-AppDeployment gives it.")]
    [DeploymentTransformation]
    [ValidateNotNullOrEmpty]
    public AppDeployment[] Deployment { get; set; } = [];

    /// <summary>Replaces a stored deployment of the same name.</summary>
    [Parameter(HelpMessage = "Replaces a stored deployment of the same name.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        if (ParameterSetName == Described) Register(new AppDeployment { Name = Name, App = SessionPaths.App(SessionState.Path, App) });
        else
        {
            foreach (var deployment in Resolved(Deployment)) Register(deployment);
        }
    }

    private void Register(AppDeployment start)
    {
        var draft = Apply(start);
        if (!ShouldProcess(draft.Name, "Register the deployment")) return;
        var registered = TryRun(
            draft.Name,
            async operation =>
            {
                var deployment = await Session.Engine.Deployments.CreateAsync(draft, operation, operation.Token).ConfigureAwait(false);
                return await Session.Engine.Deployments.RegisterAsync(deployment, Force, operation.Token).ConfigureAwait(false);
            },
            out var stored);
        if (registered) WriteObject(stored);
    }
}
