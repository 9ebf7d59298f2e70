namespace UpgradeModule.Engine.Migrations;

/// <summary>A migration that ran, as the application recorded it.</summary>
public sealed record MigrationEntry
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>When it ran, in UTC.</summary>
    public DateTimeOffset? RanOn { get; init; }

    /// <summary>Who wrote it.</summary>
    public string? Author { get; init; }

    /// <summary>The file that it is in.</summary>
    public string? File { get; init; }

    /// <summary>How it ran: <c>EXECUTED</c>.</summary>
    public string? Result { get; init; }
}
