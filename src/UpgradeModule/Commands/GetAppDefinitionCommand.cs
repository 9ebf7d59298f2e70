using System.Management.Automation;
using UpgradeModule.Completion;

namespace UpgradeModule.Commands;

/// <summary>Gets the app definitions that can be used: those that ship with the module and those that were registered.</summary>
[Cmdlet(VerbsCommon.Get, "AppDefinition")]
[OutputType(typeof(AppDefinition))]
public sealed class GetAppDefinitionCommand : StoreCmdlet
{
    /// <summary>The names of applications; wildcards are allowed. All where empty.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The name of an application; wildcards are allowed.")]
    [Alias("App")]
    [ArgumentCompleter(typeof(AppNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        if (!TryRun(null, operation => Session.Engine.Definitions.ListAsync(operation.Token), out var all)) return;
        foreach (var name in Name)
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            var matches = all.Where(definition => pattern.IsMatch(definition.Name)).ToList();
            WriteObject(matches, enumerateCollection: true);

            // Asked for by its name, an application that isn't there is an error; the engine's names those that there are.
            if (matches.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name)) TryRun(name, operation => Session.Engine.Definitions.GetAsync(name, operation.Token));
        }
    }
}
