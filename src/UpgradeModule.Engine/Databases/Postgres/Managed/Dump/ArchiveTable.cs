namespace UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

/// <summary>A table whose rows are in a dump.</summary>
/// <param name="Name">Its name with its schema, quoted.</param>
/// <param name="CopyIn">The statement that takes the rows.</param>
/// <param name="Size">Its size in bytes, on the server that it comes from.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="InTurn">Whether it is loaded after all others, and after those before it that are so too.</param>
internal sealed record ArchiveTable(string Name, string CopyIn, long Size, long Rows, bool InTurn = false);
