using UpgradeModule.Engine;

namespace UpgradeModule.Pipeline;

/// <summary>Opens the engine. Naming its types here, and in method bodies elsewhere, is what loads it.</summary>
internal static class EngineHost
{
    /// <summary>Opens the engine.</summary>
    /// <param name="storePath">The store's file; the default one where <see langword="null"/>.</param>
    public static UpgradeEngine Open(string? storePath) => UpgradeEngine.Open(new EngineOptions { StorePath = storePath });
}
