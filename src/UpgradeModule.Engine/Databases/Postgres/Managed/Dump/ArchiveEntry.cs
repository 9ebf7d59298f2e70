using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

/// <summary>One statement of a dump, and where it stands.</summary>
internal sealed record ArchiveEntry
{
    /// <summary>Its part of the dump.</summary>
    public DumpPhase Phase { get; init; }

    /// <summary>What it is for.</summary>
    public EntryKind Kind { get; init; }

    /// <summary>The number of the object that it makes; what has the same number is made together, in this order.</summary>
    public int Object { get; init; }

    /// <summary>The object, for people.</summary>
    public string Name { get; init; } = "";

    /// <summary>The table that it locks; <see langword="null"/> for none.</summary>
    public string? Table { get; init; }

    /// <summary>Whether others may work on the same table meanwhile.</summary>
    public bool Shares { get; init; }

    /// <summary>How much work it is: bytes of its table.</summary>
    public long Weight { get; init; }

    /// <summary>The place in <see cref="ArchiveIndex.Blocks"/> of the block that it stands in.</summary>
    public int Block { get; init; }

    /// <summary>Where in the block's text it begins.</summary>
    public int Start { get; init; }

    /// <summary>How many bytes it has, without the last semicolon.</summary>
    public int Length { get; init; }
}
