namespace UpgradeModule;

/// <summary>The number of rows of one table or collection.</summary>
public sealed record TableCount : AppRecord
{
    /// <summary>The table's name with its schema.</summary>
    public string Table { get; init; } = "";

    /// <summary>How many rows it has.</summary>
    public long Rows { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Table}: {Rows}";
}
