namespace UpgradeModule;

/// <summary>A number read from an application's data that an upgrade must not lower.</summary>
public sealed record InvariantValue : AppRecord
{
    /// <summary>Its name in the app definition: users, dashboards.</summary>
    public string Name { get; init; } = "";

    /// <summary>The number; empty where it could not be read.</summary>
    public long? Value { get; init; }

    /// <summary>Why it could not be read.</summary>
    public string? Detail { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Value}";
}
