namespace UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

/// <summary>One object of a database: what makes it, and what must be there before it.</summary>
/// <param name="address">Where the catalogue has it.</param>
/// <param name="rank">Its place among objects of its phase that don't depend on each other.</param>
/// <param name="type">What it is, in SQL's words: <c>TABLE</c>.</param>
/// <param name="identity">Its name as statements write it: <c>public."My table"</c>.</param>
internal sealed class DbObject(ObjectAddress address, int rank, string type, string identity)
{
    /// <summary>Where the catalogue has it.</summary>
    public ObjectAddress Address => address;

    /// <summary>Its place among objects of its phase that don't depend on each other; see <see cref="Ranks"/>.</summary>
    public int Rank => rank;

    /// <summary>What it is, in SQL's words.</summary>
    public string Type => type;

    /// <summary>Its name as statements write it.</summary>
    public string Identity => identity;

    /// <summary>Where in the dump it stands.</summary>
    public DumpPhase Phase { get; set; } = DumpPhase.Before;

    /// <summary>The statements that make it, in order.</summary>
    public List<DumpEntry> Entries { get; } = [];

    /// <summary>What must be there before it.</summary>
    public HashSet<DbObject> Needs { get; } = [];

    /// <summary>The table that it locks when it is made after the rows; <see langword="null"/> where it locks none.</summary>
    public string? Table { get; init; }

    /// <summary>Whether making it lets others make theirs on the same table.</summary>
    public bool Shares { get; set; }

    /// <summary>How much work it is: the bytes of its table.</summary>
    public long Weight { get; init; }

    /// <summary>Where it is a view: the statement that makes one with the same columns and nothing in it, with which circles are broken.</summary>
    public string? Placeholder { get; set; }

    /// <summary>What the placeholder needs: the types of its columns.</summary>
    public HashSet<DbObject> PlaceholderNeeds { get; } = [];

    /// <summary>Adds a statement.</summary>
    /// <param name="kind">What it is for.</param>
    /// <param name="sql">Its text.</param>
    public void Add(EntryKind kind, string sql) => Entries.Add(new DumpEntry(kind, sql));

    /// <summary>Adds the statement that gives it to its owner.</summary>
    /// <param name="owner">The owner's name, quoted.</param>
    public void Own(string owner) => Add(EntryKind.Owner, $"ALTER {type} {identity} OWNER TO {owner}");

    /// <inheritdoc/>
    public override string ToString() => $"{type.ToLowerInvariant()} {identity}";
}
