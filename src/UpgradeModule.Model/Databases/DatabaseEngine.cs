namespace UpgradeModule;

/// <summary>The database engine that holds an application's data.</summary>
public enum DatabaseEngine
{
    /// <summary>PostgreSQL.</summary>
    Postgres,

    /// <summary>SQLite.</summary>
    Sqlite,

    /// <summary>H2, in a file.</summary>
    H2,

    /// <summary>MySQL or MariaDB.</summary>
    MySql,

    /// <summary>MongoDB.</summary>
    Mongo,
}
