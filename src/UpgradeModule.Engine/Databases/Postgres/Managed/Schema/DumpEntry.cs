namespace UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

/// <summary>One statement of a dump.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Sql">Its text without the closing semicolon. Grants may be several lines of statements, each but the last with its semicolon.</param>
internal sealed record DumpEntry(EntryKind Kind, string Sql);
