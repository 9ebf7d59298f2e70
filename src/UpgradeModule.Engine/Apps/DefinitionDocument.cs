namespace UpgradeModule.Engine.Apps;

/// <summary>What reading a definition gave: the definition, or the mistakes.</summary>
internal sealed record DefinitionDocument
{
    /// <summary>The definition; empty where it could not be read.</summary>
    public AppSpec? Spec { get; init; }

    /// <summary>The mistakes in the order of the document.</summary>
    public IReadOnlyList<DefinitionProblem> Problems { get; init; } = [];
}
