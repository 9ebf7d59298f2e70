namespace UpgradeModule;

/// <summary>What a version needs of the runtime or the engines beneath it.</summary>
public sealed record RuntimeRequirement : AppRecord
{
    /// <summary>What is needed: <c>java</c>, <c>mongodb</c>, <c>redis</c>, <c>postgres</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>The lowest version that works.</summary>
    public string? Minimum { get; init; }

    /// <summary>The version that is recommended.</summary>
    public string? Recommended { get; init; }

    /// <summary>The highest version that works.</summary>
    public string? Maximum { get; init; }

    /// <summary>What is to be known besides.</summary>
    public string? Note { get; init; }

    /// <summary>Arguments with which that runtime is to be started.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {(Minimum is null ? Recommended : Minimum + "+")}";
}
