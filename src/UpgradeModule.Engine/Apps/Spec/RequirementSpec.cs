namespace UpgradeModule.Engine.Apps;

/// <summary>What versions from one on need of something beneath them.</summary>
public sealed record RequirementSpec
{
    /// <summary><c>java</c>, <c>postgres</c>, <c>mongodb</c>, <c>redis</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary><c>runtime</c> or <c>engine</c>.</summary>
    public string Kind { get; init; } = "runtime";

    /// <summary>The first version that it holds for; it holds until another of the same name.</summary>
    public string From { get; init; } = "0";

    /// <summary>The lowest version that works.</summary>
    public string? Minimum { get; init; }

    /// <summary>The recommended version.</summary>
    public string? Recommended { get; init; }

    /// <summary>The highest version that works.</summary>
    public string? Maximum { get; init; }

    /// <summary>What is to be known besides.</summary>
    public string? Note { get; init; }
}
