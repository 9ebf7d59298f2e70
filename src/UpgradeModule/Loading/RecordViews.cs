using System.Management.Automation;

namespace UpgradeModule.Loading;

/// <summary>
/// The types and formats of the records, as a manifest of their own that the first cmdlet to run nests into the module: at import, where nothing
/// is shown yet, they would cost as much time as all the rest. Removing the module removes them.
/// </summary>
internal static class RecordViews
{
    private const string Name = "UpgradeModule.Views";
    private const string Load = "param($Path) Microsoft.PowerShell.Core\\Import-Module -Name $Path -ErrorAction Stop -WarningAction Ignore -Verbose:$false -Debug:$false";

    private static readonly string[] s_files = [Name + ".psd1", "UpgradeModule.types.ps1xml", "UpgradeModule.format.ps1xml"];

    /// <summary>Loads them, where the runspace's module hasn't yet. Called on the pipeline thread.</summary>
    /// <param name="module">The module in this runspace; without one there is nothing to nest them into.</param>
    /// <param name="tell">Takes why they can't be had: records are then shown as PowerShell shows any object, and nothing else is lost.</param>
    public static void EnsureLoaded(PSModuleInfo? module, Action<string> tell)
    {
        if (module?.SessionState is null || IsLoaded(module)) return;
        var folder = Path.Combine(Path.GetDirectoryName(typeof(RecordViews).Assembly.Location)!, "views");
        if (Array.Find(s_files, file => !File.Exists(Path.Combine(folder, file))) is { } missing)
        {
            tell($"The module's views can't be loaded: there is no '{missing}' in '{folder}'. Install the module again, whole.");
            return;
        }

        try
        {
            module.Invoke(ScriptBlock.Create(Load), WildcardPattern.Escape(Path.Combine(folder, s_files[0])));
        }
        catch (RuntimeException exception) when (exception is not PipelineStoppedException)
        {
            tell($"The module's views can't be loaded from '{folder}': {exception.Message}");
        }
    }

    private static bool IsLoaded(PSModuleInfo module)
    {
        foreach (var nested in module.NestedModules)
        {
            if (string.Equals(nested.Name, Name, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }
}
