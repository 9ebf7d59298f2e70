using System.Reflection;
using System.Runtime.Loader;

namespace UpgradeModule.Loading;

/// <summary>
/// The load context of the engine and all packages. Whatever versions of Npgsql, Microsoft.Data.Sqlite and others the session holds already,
/// the engine gets its own, and the session keeps its.
/// </summary>
internal sealed class EngineLoadContext : AssemblyLoadContext
{
    private const string EngineName = "UpgradeModule.Engine";
    private const string ModelName = "UpgradeModule.Model";

    private static readonly Lazy<EngineLoadContext> s_instance = new(() => new EngineLoadContext(FindEngine()));

    private readonly AssemblyDependencyResolver _resolver;
    private readonly string _enginePath;

    private EngineLoadContext(string enginePath)
        : base("UpgradeModule")
    {
        _enginePath = enginePath;
        _resolver = new AssemblyDependencyResolver(enginePath);
    }

    /// <summary>Answers for the engine's simple name only.</summary>
    /// <param name="context">The context that asks.</param>
    /// <param name="name">What it asks for.</param>
    public static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name) =>
        string.Equals(name.Name, EngineName, StringComparison.Ordinal) ? s_instance.Value.LoadFromAssemblyPath(s_instance.Value._enginePath) : null;

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        // The records must be the same types on both sides of the border: null sends the runtime to the default context.
        if (string.Equals(assemblyName.Name, ModelName, StringComparison.Ordinal)) return null;
        return _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;
    }

    /// <inheritdoc/>
    protected override IntPtr LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : IntPtr.Zero;

    private static string FindEngine()
    {
        var folder = Path.GetDirectoryName(typeof(EngineLoadContext).Assembly.Location)!;
        var path = Path.Combine(folder, "engine", EngineName + ".dll");
        if (File.Exists(path)) return path;
        throw new UpgradeException(
            "ModuleIncomplete", UpgradeErrorCategory.NotInstalled, path, $"The module's engine is missing: there is no '{path}'.", "Install or build the module again, whole.");
    }
}
