namespace UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

/// <summary>A row of <c>pg_class</c> as far as statements need it. Names are quoted.</summary>
internal sealed record Relation
{
    /// <summary>Its number.</summary>
    public required uint Oid { get; init; }

    /// <summary>Its kind: <c>r</c> table, <c>p</c> partitioned table, <c>v</c> view, <c>m</c> materialized view, <c>S</c> sequence, <c>c</c> composite type.</summary>
    public required char Kind { get; init; }

    /// <summary>Its name with its schema.</summary>
    public required string Name { get; init; }

    /// <summary>Its owner.</summary>
    public required string Owner { get; init; }

    /// <summary>How long it lasts: <c>p</c>, <c>u</c> for unlogged.</summary>
    public char Persistence { get; init; } = 'p';

    /// <summary>Whether it is a partition.</summary>
    public bool IsPartition { get; init; }

    /// <summary>Its options, as WITH takes them; <see langword="null"/> where it has none.</summary>
    public string? Options { get; init; }

    /// <summary>Its access method, where it is not the usual one.</summary>
    public string? AccessMethod { get; init; }

    /// <summary>Its tablespace, where it is not the database's.</summary>
    public string? Tablespace { get; init; }

    /// <summary>The type that it is of; <see langword="null"/> for most.</summary>
    public string? OfType { get; init; }

    /// <summary>Whether row-level security is on.</summary>
    public bool RowSecurity { get; init; }

    /// <summary>Whether it is for the owner too.</summary>
    public bool ForceRowSecurity { get; init; }

    /// <summary>What identifies its rows in replication: <c>d</c>, <c>n</c>, <c>f</c>, <c>i</c>.</summary>
    public char ReplicaIdentity { get; init; } = 'd';

    /// <summary>Whether a materialized view is filled.</summary>
    public bool IsPopulated { get; init; }

    /// <summary>How it is partitioned.</summary>
    public string? PartitionKey { get; init; }

    /// <summary>What of its parent's rows a partition holds.</summary>
    public string? PartitionBound { get; init; }

    /// <summary>Its size in bytes.</summary>
    public long Size { get; init; }

    /// <summary>The number of its row type.</summary>
    public uint RowType { get; init; }

    /// <summary>Whether an extension made it.</summary>
    public bool IsMember { get; init; }

    /// <summary>Its columns, without dropped ones.</summary>
    public List<Column> Columns { get; } = [];

    /// <summary>The tables that it inherits from, in order.</summary>
    public List<uint> Parents { get; } = [];

    /// <summary>Its checks.</summary>
    public List<Check> Checks { get; } = [];

    /// <summary>Its kind in SQL's words.</summary>
    public string Type => Kind switch
    {
        'v' => "VIEW",
        'm' => "MATERIALIZED VIEW",
        'S' => "SEQUENCE",
        'c' => "TYPE",
        _ => "TABLE",
    };
}
