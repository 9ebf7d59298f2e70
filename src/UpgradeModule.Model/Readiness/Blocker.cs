namespace UpgradeModule;

/// <summary>A named reason why an upgrade must not start, or should not, with its remedy.</summary>
public sealed record Blocker : AppRecord
{
    /// <summary>The check's name, one word that never changes.</summary>
    public string Check { get; init; } = "";

    /// <summary>What was found.</summary>
    public string Message { get; init; } = "";

    /// <summary>What to do about it.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>The thing that it is about: a path, a server, a release.</summary>
    public string? Target { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Check}: {Message}";
}
