namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>A table of a database, or a sequence.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is: <c>BASE TABLE</c>, <c>SEQUENCE</c>, <c>SYSTEM VERSIONED</c>.</param>
/// <param name="Engine">The storage engine.</param>
/// <param name="Transactional">Whether that keeps one moment for a reader.</param>
/// <param name="Size">Its size in bytes, nearly.</param>
internal sealed record MySqlTable(string Name, string Kind, string Engine, bool Transactional, long Size)
{
    /// <summary>Whether it has rows that are counted.</summary>
    public bool HasRows => Kind != "SEQUENCE";
}
