namespace UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

/// <summary>Everything that a database holds, as the catalogue tells it, with the statements that make it again.</summary>
internal sealed class SchemaModel
{
    private readonly Dictionary<ObjectAddress, DbObject> _byAddress = [];
    private readonly Dictionary<ObjectAddress, ObjectAddress> _members = [];

    /// <summary>The objects.</summary>
    public List<DbObject> Objects { get; } = [];

    /// <summary>The tables whose rows are dumped.</summary>
    public List<TableData> Tables { get; } = [];

    /// <summary>The sequences whose state is dumped, by their quoted names.</summary>
    public List<string> Sequences { get; } = [];

    /// <summary>The large objects.</summary>
    public List<uint> LargeObjects { get; } = [];

    /// <summary>What is there that can't be dumped, in words.</summary>
    public List<string> Refusals { get; } = [];

    /// <summary>The relations, by number: tables, views, sequences, composite types.</summary>
    public Dictionary<uint, Relation> Relations { get; } = [];

    /// <summary>Adds an object.</summary>
    /// <param name="item">The object.</param>
    public DbObject Add(DbObject item)
    {
        Objects.Add(item);
        _byAddress[item.Address] = item;
        return item;
    }

    /// <summary>Says that a part of the catalogue is a part of an object: a table's row type, a view's rule.</summary>
    /// <param name="address">The part.</param>
    /// <param name="item">The object.</param>
    public void Alias(ObjectAddress address, DbObject item) => _byAddress[address] = item;

    /// <summary>Says that an object belongs to an extension, which makes it.</summary>
    /// <param name="address">The object.</param>
    /// <param name="extension">The extension.</param>
    public void AddMember(ObjectAddress address, ObjectAddress extension) => _members[address] = extension;

    /// <summary>Whether an object belongs to an extension.</summary>
    /// <param name="address">The object.</param>
    public bool IsMember(ObjectAddress address) => _members.ContainsKey(address);

    /// <summary>The extension that an object belongs to; <see langword="null"/> where it belongs to none.</summary>
    /// <param name="address">The object.</param>
    public ObjectAddress? ExtensionOf(ObjectAddress address) => _members.TryGetValue(address, out var extension) ? extension : null;

    /// <summary>The object that a part of the catalogue belongs to; <see langword="null"/> where there is none.</summary>
    /// <param name="address">The part.</param>
    public DbObject? Find(ObjectAddress address) => _byAddress.GetValueOrDefault(address);

    /// <summary>Says that one object must be made after another.</summary>
    /// <param name="item">The object.</param>
    /// <param name="needed">What it needs.</param>
    public void Link(ObjectAddress item, ObjectAddress needed)
    {
        if (Find(item) is { } one && Find(needed) is { } other && one != other) one.Needs.Add(other);
    }
}
