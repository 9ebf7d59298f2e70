using System.Management.Automation;

namespace UpgradeModule.Commands;

/// <summary>Checks app definition files, and tells every mistake with its line.</summary>
[Cmdlet(VerbsDiagnostic.Test, "AppDefinition", DefaultParameterSetName = ByPath)]
[OutputType(typeof(DefinitionTestResult), typeof(bool))]
public sealed class TestAppDefinitionCommand : DefinitionFileCmdlet
{
    /// <summary>Gives only whether the definition is valid.</summary>
    [Parameter(HelpMessage = "Gives only whether the definition is valid.")]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessFile(string file)
    {
        if (!TryRun(file, operation => Session.Engine.Definitions.TestAsync(file, operation.Token), out var result)) return;
        WriteObject(Quiet ? result.Valid : result);
    }
}
