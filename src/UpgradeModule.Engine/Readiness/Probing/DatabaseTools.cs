namespace UpgradeModule.Engine.Readiness.Probing;

/// <summary>Tells a missing program from a missing right among what a database engine misses.</summary>
internal static class DatabaseTools
{
    private static readonly string[] Programs = ["pg_dump", "pg_restore", "psql", "mysqldump", "mariadb-dump", "mysql", "mongodump", "mongorestore", "java"];

    /// <summary>Whether a sentence names a program.</summary>
    /// <param name="missing">The sentence.</param>
    public static bool Names(string missing) => Programs.Any(program => missing.Contains(program, StringComparison.Ordinal));
}
