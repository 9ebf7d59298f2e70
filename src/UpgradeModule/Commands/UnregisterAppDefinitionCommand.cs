using System.Management.Automation;
using UpgradeModule.Completion;

namespace UpgradeModule.Commands;

/// <summary>Removes registered app definitions from the store. Those that ship with the module stay.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "AppDefinition", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class UnregisterAppDefinitionCommand : StoreCmdlet
{
    private const string Shipped = "Shipped";

    /// <summary>The names of registered definitions; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The name of a registered definition; wildcards are allowed.")]
    [ArgumentCompleter(typeof(AppNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        foreach (var name in Name.SelectMany(Matching))
        {
            if (ShouldProcess(name, "Remove the registered app definition")) TryRun(name, operation => Session.Engine.Definitions.UnregisterAsync(name, operation.Token));
        }
    }

    private IEnumerable<string> Matching(string name)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name)) return [name];
        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        return TryRun(name, operation => Session.Engine.Definitions.ListAsync(operation.Token), out var all)
            ? all.Where(definition => definition.Source != Shipped && pattern.IsMatch(definition.Name)).Select(definition => definition.Name)
            : [];
    }
}
