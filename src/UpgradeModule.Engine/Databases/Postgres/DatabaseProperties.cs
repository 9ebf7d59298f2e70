namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>What belongs to a database itself and isn't inside it: a copy or a restored one must be given it.</summary>
internal sealed record DatabaseProperties
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its owner.</summary>
    public required string Owner { get; init; }

    /// <summary>Its encoding and locale, as options of CREATE DATABASE.</summary>
    public required string Locale { get; init; }

    /// <summary>Its tablespace, as an option of CREATE DATABASE; empty where it is the default one.</summary>
    public string Tablespace { get; init; } = "";

    /// <summary>How many sessions it allows; -1 for any number.</summary>
    public required string ConnectionLimit { get; init; }

    /// <summary>Its comment.</summary>
    public string? Comment { get; init; }

    /// <summary>Its size in bytes.</summary>
    public long Size { get; init; }

    /// <summary>Its grants; <see langword="null"/> where they were never changed.</summary>
    public IReadOnlyList<DatabaseGrant>? Grants { get; init; }

    /// <summary>Its settings and those of roles in it.</summary>
    public IReadOnlyList<DatabaseSetting> Settings { get; init; } = [];
}
