using System.Reflection;

namespace UpgradeModule.Engine.Operations;

/// <summary>The version of this module, as backups and runs note it.</summary>
internal static class ModuleVersion
{
    /// <summary>The version: <c>0.1.0</c>.</summary>
    public static string Current { get; } = Read();

    private static string Read()
    {
        var text = typeof(ModuleVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

        // What follows the plus sign is the commit it was built from.
        var end = text.IndexOf('+', StringComparison.Ordinal);
        return end < 0 ? text : text[..end];
    }
}
