namespace UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

/// <summary>What a statement of a dump is for, as far as a restore treats it differently.</summary>
internal enum EntryKind
{
    /// <summary>Makes or changes an object.</summary>
    Definition,

    /// <summary>Gives an object to its owner.</summary>
    Owner,

    /// <summary>Comments on an object.</summary>
    Comment,

    /// <summary>Grants or revokes rights.</summary>
    Grant,

    /// <summary>Puts an object into its tablespace.</summary>
    Tablespace,

    /// <summary>Makes an index, or a constraint that has one: made in parallel.</summary>
    Index,

    /// <summary>Makes a foreign key: made in parallel, and again after a deadlock.</summary>
    ForeignKey,

    /// <summary>Sets the state of a sequence, or the bytes of a large object.</summary>
    State,

    /// <summary>Has to do with replication to other servers.</summary>
    Replication,
}
