namespace UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

/// <summary>A piece of a dump that can be read by itself.</summary>
/// <param name="Offset">Where in the file it begins. With Brotli, which is one piece, where in the text it begins.</param>
/// <param name="Length">How many bytes it has there.</param>
/// <param name="Raw">How many bytes of text it has.</param>
/// <param name="Table">The place in <see cref="ArchiveIndex.Tables"/> of the table whose rows it has; -1 where it has statements.</param>
/// <param name="Head">How many bytes stand before the rows.</param>
/// <param name="Tail">How many bytes stand behind them.</param>
internal sealed record ArchiveBlock(long Offset, int Length, int Raw, int Table, int Head, int Tail);
