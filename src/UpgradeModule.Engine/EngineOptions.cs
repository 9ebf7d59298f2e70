namespace UpgradeModule.Engine;

/// <summary>Where the engine keeps its memory and finds the definitions that ship with it.</summary>
public sealed record EngineOptions
{
    /// <summary>
    /// The store's file. Empty: the environment variable <c>UPGRADEMODULE_STORE</c>, else machine-wide for root and administrators, else per user.
    /// </summary>
    public string? StorePath { get; init; }

    /// <summary>The folder of shipped definitions. Empty: <c>apps</c> beside the engine's own folder.</summary>
    public string? DefinitionsPath { get; init; }

    /// <summary>Is told the moments at which a run may die; only tests give one.</summary>
    internal Upgrades.IFaultPoint? Faults { get; init; }

    /// <summary>How long a way back, a resume or an undo waits for a server that went away; only tests are less patient.</summary>
    internal TimeSpan? UndoPatience { get; init; }
}
