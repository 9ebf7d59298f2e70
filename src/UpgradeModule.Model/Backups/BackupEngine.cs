namespace UpgradeModule;

/// <summary>What writes the data of a PostgreSQL backup.</summary>
public enum BackupEngine
{
    /// <summary>The module itself; no program is needed.</summary>
    Managed,

    /// <summary>PostgreSQL's own pg_dump, and pg_restore to restore it.</summary>
    PgDump,
}
