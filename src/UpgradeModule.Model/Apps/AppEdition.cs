namespace UpgradeModule;

/// <summary>One edition of an application.</summary>
public sealed record AppEdition : AppRecord
{
    /// <summary>The short name that <c>-Edition</c> takes: <c>oss</c>, <c>ee</c>, <c>ce</c>, <c>pro</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary>The name that its vendor uses.</summary>
    public string DisplayName { get; init; } = "";

    /// <summary>Whether it is assumed where nothing says otherwise.</summary>
    public bool Default { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
