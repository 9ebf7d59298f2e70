namespace UpgradeModule;

/// <summary>How the number of a table's rows has changed since a copy of the data was made.</summary>
public sealed record RowChange : AppRecord
{
    /// <summary>The table's name with its schema.</summary>
    public string Table { get; init; } = "";

    /// <summary>How many rows the copy has.</summary>
    public long Before { get; init; }

    /// <summary>How many rows there are now.</summary>
    public long Now { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Table}: {Before} -> {Now}";
}
