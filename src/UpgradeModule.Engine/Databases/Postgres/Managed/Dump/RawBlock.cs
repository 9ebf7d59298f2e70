namespace UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

/// <summary>A piece of a dump before it is compressed.</summary>
/// <param name="buffer">Its bytes, of the shared pool.</param>
/// <param name="length">How many of them count.</param>
internal sealed class RawBlock(byte[] buffer, int length)
{
    /// <summary>The size at which a piece is whole.</summary>
    public const int Size = 1 << 20;

    /// <summary>Its bytes, of the shared pool.</summary>
    public byte[] Buffer => buffer;

    /// <summary>How many of them count.</summary>
    public int Length => length;

    /// <summary>The place of the table whose rows it has; -1 where it has statements.</summary>
    public int Table { get; init; } = -1;

    /// <summary>How many bytes stand before the rows.</summary>
    public int Head { get; init; }

    /// <summary>How many bytes stand behind them.</summary>
    public int Tail { get; init; }

    /// <summary>The statements in it, yet without the block's number.</summary>
    public IReadOnlyList<ArchiveEntry> Entries { get; init; } = [];
}
