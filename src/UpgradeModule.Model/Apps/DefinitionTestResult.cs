namespace UpgradeModule;

/// <summary>The result of checking an app definition.</summary>
public sealed record DefinitionTestResult : AppRecord
{
    /// <summary>The full path of the file that was checked.</summary>
    public string Path { get; init; } = "";

    /// <summary>The application's name, where the file gives one.</summary>
    public string Name { get; init; } = "";

    /// <summary>Whether it can be used.</summary>
    public bool Valid { get; init; }

    /// <summary>What is wrong with it, in the order of the file.</summary>
    public IReadOnlyList<DefinitionProblem> Problems { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Valid ? $"{Name}: valid" : $"{Name}: {Problems.Count} problem(s)";
}
