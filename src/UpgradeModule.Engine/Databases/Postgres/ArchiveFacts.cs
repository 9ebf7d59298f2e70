namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>What an archive tells of itself.</summary>
/// <param name="ServerMajor">The major of the server that it was made of.</param>
/// <param name="ToolMajor">The major of the program that wrote it.</param>
/// <param name="Encoding">The database's encoding: <c>UTF8</c>.</param>
internal sealed record ArchiveFacts(int ServerMajor, int ToolMajor, string Encoding);
