using System.Management.Automation;

namespace UpgradeModule.Commands;

/// <summary>Checks app definition files and keeps a copy of them in the store, so that their applications can be named.</summary>
[Cmdlet(VerbsLifecycle.Register, "AppDefinition", DefaultParameterSetName = ByPath, SupportsShouldProcess = true)]
[OutputType(typeof(AppDefinition))]
public sealed class RegisterAppDefinitionCommand : DefinitionFileCmdlet
{
    /// <summary>Replaces a registered definition of the same name.</summary>
    [Parameter(HelpMessage = "Replaces a registered definition of the same name.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessFile(string file)
    {
        if (!ShouldProcess(file, "Register the app definition")) return;
        if (TryRun(file, operation => Session.Engine.Definitions.RegisterAsync(file, Force, operation.Token), out var definition)) WriteObject(definition);
    }
}
