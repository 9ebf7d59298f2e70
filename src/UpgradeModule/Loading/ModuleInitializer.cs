using System.Management.Automation;
using System.Runtime.Loader;

namespace UpgradeModule.Loading;

/// <summary>Runs when the module is imported: tells the runtime where the engine is. It loads nothing.</summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    // The one piece of process-wide state. Assemblies are loaded once a process, so the hook is set once a process too, and stays:
    // a runspace that ends without Remove-Module would otherwise leave one handler behind each time.
    private static int s_hooked;

    /// <summary>Hooks the resolution of the engine's assembly.</summary>
    public void OnImport()
    {
        if (Interlocked.Exchange(ref s_hooked, 1) == 0) AssemblyLoadContext.Default.Resolving += EngineLoadContext.Resolve;
    }
}
