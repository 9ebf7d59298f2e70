using UpgradeModule.Engine.Databases.Postgres.Managed.Dump;
using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Restore;

/// <summary>The statements that make one object, in order.</summary>
/// <param name="Entries">What they are.</param>
/// <param name="Statements">Their texts.</param>
internal sealed record RestoreStep(IReadOnlyList<ArchiveEntry> Entries, IReadOnlyList<string> Statements)
{
    /// <summary>Its part of the dump.</summary>
    public DumpPhase Phase => Entries[0].Phase;

    /// <summary>What it is for.</summary>
    public EntryKind Kind => Entries[0].Kind;

    /// <summary>The object.</summary>
    public string Name => Entries[0].Name;

    /// <summary>The table that it locks.</summary>
    public string? Table => Entries[0].Table;

    /// <summary>Whether others may work on the same table meanwhile.</summary>
    public bool Shares => Entries[0].Shares;

    /// <summary>How much work it is: bytes of its table where it reads it, else little.</summary>
    public long Work => IsParallel ? Math.Max(1, Entries[0].Weight) : 1;

    /// <summary>Whether it may run beside others of its kind.</summary>
    public bool IsParallel => Kind is EntryKind.Index or EntryKind.ForeignKey;
}
