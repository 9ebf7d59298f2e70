namespace UpgradeModule;

/// <summary>Who does a step.</summary>
public enum UpgradeStepKind
{
    /// <summary>The module does it.</summary>
    Automatic,

    /// <summary>A person does it; the module tells how and checks the result.</summary>
    Manual,
}
