namespace UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

/// <summary>A column, as far as statements need it. Names are quoted.</summary>
internal sealed record Column
{
    /// <summary>Its number in the table.</summary>
    public required int Number { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its type with its modifier.</summary>
    public required string Type { get; init; }

    /// <summary>Its collation, where it is not its type's.</summary>
    public string? Collation { get; init; }

    /// <summary>Whether it takes no NULL.</summary>
    public bool NotNull { get; init; }

    /// <summary>The clause that makes it so, with the constraint's name where it has one of its own.</summary>
    public string NotNullClause { get; init; } = "NOT NULL";

    /// <summary>The same as a clause of the table, with the column's name, where it is a constraint with a name; <see langword="null"/> on servers where it is none.</summary>
    public string? NotNullOfTable { get; init; }

    /// <summary>Whether that is said at this table, and not at a parent alone.</summary>
    public bool NotNullLocal { get; init; } = true;

    /// <summary>The number of its default in <c>pg_attrdef</c>; 0 where it has none.</summary>
    public uint Default { get; init; }

    /// <summary>Its default, or what it is generated from.</summary>
    public string? Expression { get; init; }

    /// <summary>How it is generated: <c>s</c> stored, <c>v</c> virtual; empty where it isn't.</summary>
    public string Generated { get; init; } = "";

    /// <summary>What kind of identity it is: <c>a</c> always, <c>d</c> by default; empty where it is none.</summary>
    public string Identity { get; init; } = "";

    /// <summary>Whether it is defined at this table, and not at a parent alone.</summary>
    public bool IsLocal { get; init; } = true;

    /// <summary>Its storage, where it is not its type's.</summary>
    public string? Storage { get; init; }

    /// <summary>Its compression method.</summary>
    public string? Compression { get; init; }

    /// <summary>Its statistics target, where it has one.</summary>
    public string? Statistics { get; init; }

    /// <summary>Its options.</summary>
    public string? Options { get; init; }
}
