using System.Globalization;
using Npgsql;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>Reads what belongs to a database itself, and gives it to another.</summary>
internal static class PostgresCatalog
{
    // Settings whose value is a list of quoted names: written as one text they would become one odd name.
    private static readonly HashSet<string> Lists = new(StringComparer.OrdinalIgnoreCase) { "local_preload_libraries", "search_path", "session_preload_libraries", "shared_preload_libraries", "temp_tablespaces", "unix_socket_directories" };

    /// <summary>Tells whether there is a database.</summary>
    /// <param name="connection">A session on the server.</param>
    /// <param name="database">Its name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static Task<bool> ExistsAsync(PostgresConnection connection, string database, CancellationToken cancellationToken) =>
        connection.TestAsync("SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = $1)", cancellationToken, database);

    /// <summary>Reads a database's properties.</summary>
    /// <param name="connection">A session on the server.</param>
    /// <param name="database">Its name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The properties; <see langword="null"/> where there is no such database.</returns>
    public static async Task<DatabaseProperties?> ReadAsync(PostgresConnection connection, string database, CancellationToken cancellationToken)
    {
        if (await connection.QueryAsync(Query(connection.Major), cancellationToken, database).ConfigureAwait(false) is not [var row]) return null;
        return new DatabaseProperties
        {
            Name = database,
            Owner = row[0]!,
            Locale = Options(row, connection.Major),
            // To name the default one asks for a right that nobody needs who doesn't name it.
            Tablespace = row[7] == "pg_default" ? "" : $" TABLESPACE {SqlText.Name(row[7]!)}",
            ConnectionLimit = row[8]!,
            Comment = row[9],
            Grants = row[10] == "t" ? null : await GrantsAsync(connection, database, cancellationToken).ConfigureAwait(false),
            Settings = await SettingsAsync(connection, database, cancellationToken).ConfigureAwait(false),
            Size = long.Parse(row[12] ?? "0", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The query for a database's properties.</summary>
    /// <param name="major">The server's major.</param>
    public static string Query(int major)
    {
        var provider = major >= 15 ? "d.datlocprovider::text" : "'c'";
        var locale = major >= 17 ? "d.datlocale" : major >= 15 ? "d.daticulocale" : "NULL::text";
        var rules = major >= 16 ? "d.daticurules" : "NULL::text";
        return $"""
            SELECT pg_get_userbyid(d.datdba), pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, {provider}, {locale}, {rules}, t.spcname, d.datconnlimit,
                   shobj_description(d.oid, 'pg_database'), d.datacl IS NULL, d.oid, CASE WHEN has_database_privilege(d.oid, 'CONNECT') THEN pg_database_size(d.oid) ELSE 0 END
            FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace WHERE d.datname = $1
            """;
    }

    /// <summary>
    /// Gives a database the grants, comment, limit and settings of another. What only a superuser may give is told and left out; for the way
    /// back, so is whatever else the server refuses: no setting is worth an application that stays down.
    /// </summary>
    /// <param name="connection">A session on the server that may act as the owner.</param>
    /// <param name="properties">The properties.</param>
    /// <param name="database">The database that gets them.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="wayBack">Whether it is for the way back.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task CarryAsync(PostgresConnection connection, DatabaseProperties properties, string database, IOperationContext operation, bool wayBack, CancellationToken cancellationToken)
    {
        var name = SqlText.Name(database);
        var steps = new List<(string What, string Statement)> { ("its comment", $"COMMENT ON DATABASE {name} IS {(properties.Comment is null ? "NULL" : SqlText.Value(properties.Comment))}") };
        if (properties.ConnectionLimit != "-1") steps.Add(("its connection limit", $"ALTER DATABASE {name} CONNECTION LIMIT {properties.ConnectionLimit}"));
        if (properties.Grants is not null)
        {
            steps.Add(("its grants", $"REVOKE ALL ON DATABASE {name} FROM PUBLIC, {SqlText.Name(properties.Owner)}"));
            steps.AddRange(properties.Grants.Select(grant => ($"{grant.Privilege} for {grant.Grantee ?? "everybody"}", $"GRANT {grant.Privilege} ON DATABASE {name} TO {(grant.Grantee is null ? "PUBLIC" : SqlText.Name(grant.Grantee))}{(grant.Grantable ? " WITH GRANT OPTION" : "")}")));
        }

        steps.AddRange(properties.Settings.Select(setting => ($"the setting {setting.Name}{(setting.Role is null ? "" : " of role " + setting.Role)}", Statement(setting, name))));
        foreach (var (what, statement) in steps)
        {
            try
            {
                await connection.ExecuteAsync(statement, cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                // No reason to withhold the data. The value isn't told: it may be a secret of the application.
                operation.Warning($"The database '{database}' doesn't get {what} of '{properties.Name}', which only a superuser may give: {failure.MessageText}. Give it again as one.");
            }
            catch (PostgresException failure) when (wayBack)
            {
                // The server's own words would tell the value here.
                operation.Warning($"The database '{database}' doesn't get {what} of '{properties.Name}': the server refuses it (SQLSTATE {failure.SqlState}). Give it again.");
            }
        }
    }

    private static string Statement(DatabaseSetting setting, string database)
    {
        var alter = $"ALTER {(setting.Role is null ? $"DATABASE {database}" : $"ROLE {SqlText.Name(setting.Role)} IN DATABASE {database}")} SET {string.Join('.', setting.Name.Split('.').Select(SqlText.Name))}";
        if (!Lists.Contains(setting.Name)) return $"{alter} TO {SqlText.Value(setting.Value)}";
        // The server takes the list apart itself. Sent together, both are one transaction, which keeps it out of this session.
        return $"SELECT set_config({SqlText.Value(setting.Name)}, {SqlText.Value(setting.Value)}, true); {alter} FROM CURRENT";
    }

    private static string Options(IReadOnlyList<string?> row, int major)
    {
        var options = $"ENCODING {SqlText.Value(row[1]!)} LC_COLLATE {SqlText.Value(row[2]!)} LC_CTYPE {SqlText.Value(row[3]!)}";
        // Else the template's would be taken, which need not be the same.
        if (row[4] == "c" && major >= 15) options += " LOCALE_PROVIDER libc";
        if (row[4] == "i") options += $" LOCALE_PROVIDER icu ICU_LOCALE {SqlText.Value(row[5]!)}" + (row[6] is { Length: > 0 } rules ? $" ICU_RULES {SqlText.Value(rules)}" : "");
        if (row[4] == "b") options += $" LOCALE_PROVIDER builtin BUILTIN_LOCALE {SqlText.Value(row[5]!)}";
        return options;
    }

    private static async Task<IReadOnlyList<DatabaseGrant>> GrantsAsync(PostgresConnection connection, string database, CancellationToken cancellationToken)
    {
        const string Query = """
            SELECT CASE WHEN a.grantee = 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, a.privilege_type, a.is_grantable
            FROM pg_catalog.pg_database d, aclexplode(d.datacl) a WHERE d.datname = $1 ORDER BY a.grantor = d.datdba DESC, 1, 2
            """;
        var rows = await connection.QueryAsync(Query, cancellationToken, database).ConfigureAwait(false);
        return [.. rows.Select(row => new DatabaseGrant(row[0], row[1]!, row[2] == "t"))];
    }

    private static async Task<IReadOnlyList<DatabaseSetting>> SettingsAsync(PostgresConnection connection, string database, CancellationToken cancellationToken)
    {
        const string Query = """
            SELECT CASE WHEN s.setrole = 0 THEN NULL ELSE pg_get_userbyid(s.setrole) END, split_part(c, '=', 1), substr(c, strpos(c, '=') + 1)
            FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) c WHERE d.datname = $1
            """;
        var rows = await connection.QueryAsync(Query, cancellationToken, database).ConfigureAwait(false);
        return [.. rows.Select(row => new DatabaseSetting(row[0], row[1]!, row[2] ?? ""))];
    }
}
