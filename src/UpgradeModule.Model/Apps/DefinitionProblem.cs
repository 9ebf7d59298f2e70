namespace UpgradeModule;

/// <summary>One mistake in an app definition.</summary>
public sealed record DefinitionProblem : AppRecord
{
    /// <summary>The place in the document, as a JSON path: <c>$.releases[3].version</c>.</summary>
    public string Path { get; init; } = "";

    /// <summary>The line in the file, from 1.</summary>
    public int Line { get; init; }

    /// <summary>The column in that line, from 1.</summary>
    public int Column { get; init; }

    /// <summary>What is wrong, and what is expected.</summary>
    public string Reason { get; init; } = "";

    /// <inheritdoc/>
    public override string ToString() => $"line {Line}: {Path}: {Reason}";
}
