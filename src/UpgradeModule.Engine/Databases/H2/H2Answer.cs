namespace UpgradeModule.Engine.Databases.H2;

/// <summary>What a query gave.</summary>
/// <param name="Rows">Its rows; <see langword="null"/> where it failed.</param>
/// <param name="Failure">Why it failed.</param>
internal sealed record H2Answer(IReadOnlyList<IReadOnlyList<string?>>? Rows, string? Failure);
