using System.Globalization;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Reads what is in a database.</summary>
internal static class MySqlCatalog
{
    /// <summary>Lists the tables and sequences.</summary>
    /// <param name="session">A session.</param>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IReadOnlyList<MySqlTable>> TablesAsync(MySqlSession session, string database, CancellationToken cancellationToken)
    {
        // A name of a table may differ from another by its case alone, so nothing is compared here but the schema.
        var rows = await session.QueryAsync($"""
            SELECT t.TABLE_NAME, t.TABLE_TYPE, COALESCE(t.ENGINE, ''), COALESCE(e.TRANSACTIONS, 'NO'), COALESCE(t.DATA_LENGTH, 0) + COALESCE(t.INDEX_LENGTH, 0)
            FROM information_schema.TABLES t LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
            WHERE t.TABLE_SCHEMA = {MySqlText.Value(database)} AND t.TABLE_TYPE NOT LIKE '%VIEW%' AND t.TABLE_TYPE NOT LIKE '%TEMPORARY%'
            """, cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => new MySqlTable(row[0]!, row[1]!, row[2]!, row[3] == "YES", long.Parse(row[4] ?? "0", CultureInfo.InvariantCulture))).OrderBy(table => table.Name, StringComparer.Ordinal)];
    }

    /// <summary>Lists the names of views.</summary>
    /// <param name="session">A session.</param>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static Task<IReadOnlyList<string>> ViewsAsync(MySqlSession session, string database, CancellationToken cancellationToken) =>
        NamesAsync(session, $"SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {MySqlText.Value(database)} AND TABLE_TYPE LIKE '%VIEW'", cancellationToken);

    /// <summary>Lists the names of triggers.</summary>
    /// <param name="session">A session.</param>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static Task<IReadOnlyList<string>> TriggersAsync(MySqlSession session, string database, CancellationToken cancellationToken) =>
        NamesAsync(session, $"SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = {MySqlText.Value(database)}", cancellationToken);

    /// <summary>Lists the names of databases that begin so.</summary>
    /// <param name="session">A session.</param>
    /// <param name="start">The beginning.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IReadOnlyList<string>> DatabasesAsync(MySqlSession session, string start, CancellationToken cancellationToken) =>
        [.. (await NamesAsync(session, "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA", cancellationToken).ConfigureAwait(false)).Where(name => name.StartsWith(start, StringComparison.OrdinalIgnoreCase))];

    /// <summary>Whether a database is there and may be seen.</summary>
    /// <param name="session">A session.</param>
    /// <param name="database">Its name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<bool> ExistsAsync(MySqlSession session, string database, CancellationToken cancellationToken) =>
        await session.NumberAsync($"SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {MySqlText.Value(database)}", cancellationToken).ConfigureAwait(false) > 0;

    /// <summary>Reads the character set that new tables of a database get, as it is written behind CREATE and ALTER DATABASE.</summary>
    /// <param name="session">A session.</param>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The words; <see langword="null"/> where the database isn't there.</returns>
    public static async Task<string?> CharacterSetAsync(MySqlSession session, string database, CancellationToken cancellationToken) =>
        await session.QueryAsync($"SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {MySqlText.Value(database)}", cancellationToken).ConfigureAwait(false) is [[var set, var collation], ..]
            ? $"CHARACTER SET {set} COLLATE {collation}"
            : null;

    /// <summary>Drops all that is in a database but its tables.</summary>
    /// <param name="session">A session.</param>
    /// <param name="database">The database.</param>
    /// <param name="triggersOnly">Whether triggers alone are dropped.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task DropObjectsAsync(MySqlSession session, string database, bool triggersOnly, CancellationToken cancellationToken)
    {
        var place = MySqlText.Name(database) + ".";
        foreach (var name in await TriggersAsync(session, database, cancellationToken).ConfigureAwait(false)) await session.ExecuteAsync($"DROP TRIGGER IF EXISTS {place}{MySqlText.Name(name)}", cancellationToken).ConfigureAwait(false);
        if (triggersOnly) return;
        foreach (var name in await ViewsAsync(session, database, cancellationToken).ConfigureAwait(false)) await session.ExecuteAsync($"DROP VIEW IF EXISTS {place}{MySqlText.Name(name)}", cancellationToken).ConfigureAwait(false);
        foreach (var name in await NamesAsync(session, $"SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = {MySqlText.Value(database)}", cancellationToken).ConfigureAwait(false)) await session.ExecuteAsync($"DROP EVENT IF EXISTS {place}{MySqlText.Name(name)}", cancellationToken).ConfigureAwait(false);
        var routines = await session.QueryAsync($"SELECT ROUTINE_NAME, ROUTINE_TYPE FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = {MySqlText.Value(database)}", cancellationToken).ConfigureAwait(false);
        foreach (var row in routines) await session.ExecuteAsync($"DROP {row[1]} IF EXISTS {place}{MySqlText.Name(row[0]!)}", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Fails where an event of a copy would run.</summary>
    /// <param name="session">A session.</param>
    /// <param name="database">The copy.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="MySqlFailure">One would.</exception>
    public static async Task RequireRestingAsync(MySqlSession session, string database, CancellationToken cancellationToken)
    {
        var running = await NamesAsync(session, $"SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = {MySqlText.Value(database)} AND STATUS = 'ENABLED'", cancellationToken).ConfigureAwait(false);
        if (running.Count > 0) throw new MySqlFailure(0, $"the event '{running[0]}' would also run in a copy, and can't be switched off there");
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(MySqlSession session, string sql, CancellationToken cancellationToken) =>
        [.. (await session.QueryAsync(sql, cancellationToken).ConfigureAwait(false)).Select(row => row[0]!).Order(StringComparer.Ordinal)];
}
