namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Refuses what a dump would leave out or not keep at one moment, by name and before a byte is written.</summary>
internal static class MySqlCoverage
{
    private const int Shown = 5;

    /// <summary>Finds what stands in the way.</summary>
    /// <param name="session">A session of the user that dumps.</param>
    /// <param name="logIn">That user.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The failure; <see langword="null"/> where all is covered.</returns>
    public static async Task<UpgradeException?> ObstacleAsync(MySqlSession session, MySqlLogIn logIn, IReadOnlyList<MySqlTable> tables, CancellationToken cancellationToken)
    {
        var database = logIn.Target.Name!;
        var names = MySqlText.Name(database) + ".";
        // First of all: who may not see everything isn't shown what the others look for either.
        var grants = await MySqlGrants.ReadAsync(session, cancellationToken).ConfigureAwait(false);
        string?[] missing =
        [
            grants.Has(database, "SELECT") ? null : "SELECT",
            grants.Has(database, "SHOW VIEW") ? null : "SHOW VIEW",
            grants.Has(database, "TRIGGER") ? null : "TRIGGER",
            grants.Has(database, "EVENT") ? null : "EVENT",
            grants.Has(database, "EXECUTE", "ALTER ROUTINE", "CREATE ROUTINE", "SHOW_ROUTINE") ? null : "EXECUTE",
        ];
        if (missing.OfType<string>().ToList() is { Count: > 0 } rights)
        {
            return new UpgradeException("PermissionMissing", UpgradeErrorCategory.PermissionDenied, logIn.ToString(), $"Without the right{(rights.Count > 1 ? "s" : "")} {string.Join(", ", rights)} the server would show the user '{logIn.Credential.UserName}' only a part of '{database}', and the backup would lack the rest.", $"GRANT {string.Join(", ", rights)} ON {names}* to it, or give a maintenance log-in that has them (-MaintenanceUser, -MaintenanceCredential).");
        }

        if (tables.Where(table => table.Kind == "SYSTEM VERSIONED").Select(table => table.Name).ToList() is { Count: > 0 } versioned)
        {
            return NotCovered(logIn, $"The past rows of system-versioned tables are in no dump: {List(versioned)}.", "Back this database up with mariadb-backup.");
        }

        if (tables.Where(table => table is { HasRows: true, Transactional: false }).Select(table => $"{table.Name} ({table.Engine})").ToList() is { Count: > 0 } plain)
        {
            return NotCovered(logIn, $"Tables without transactions can't be read at one moment while others write: {List(plain)}.", "Change them with ALTER TABLE … ENGINE=InnoDB.");
        }

        var foreign = new List<string>();
        foreach (var view in await MySqlCatalog.ViewsAsync(session, database, cancellationToken).ConfigureAwait(false))
        {
            var text = await session.QueryAsync($"SHOW CREATE VIEW {names}{MySqlText.Name(view)}", cancellationToken).ConfigureAwait(false) is [[_, var found, ..], ..] ? found : null;
            if (text?.Contains(names, StringComparison.Ordinal) == true) foreign.Add(view);
        }

        if (foreign.Count > 0) return NotCovered(logIn, $"Views that also read other databases name this one, and would read the original from a copy: {List(foreign)}.", "Drop those views, or back this database up by hand.");
        return await ForeignReferencesAsync(session, logIn, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds foreign keys of other databases into one: they would go with its tables where these change places.</summary>
    /// <param name="session">A session.</param>
    /// <param name="logIn">Its user, and the database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The failure; <see langword="null"/> where there are none that the user sees.</returns>
    public static async Task<UpgradeException?> ForeignReferencesAsync(MySqlSession session, MySqlLogIn logIn, CancellationToken cancellationToken)
    {
        var name = MySqlText.Value(logIn.Target.Name!);
        var rows = await session.QueryAsync($"SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE UNIQUE_CONSTRAINT_SCHEMA = {name} AND CONSTRAINT_SCHEMA <> {name} ORDER BY 1, 2, 3", cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 ? null : NotCovered(logIn, $"Foreign keys of other databases refer to tables of this one, and would follow them into what is kept at a restore: {List([.. rows.Select(row => $"{row[2]} of {row[0]}.{row[1]}")])}.", "Drop those foreign keys (ALTER TABLE … DROP FOREIGN KEY …), and add them again when all is done.");
    }

    private static UpgradeException NotCovered(MySqlLogIn logIn, string message, string remedy) => new("BackupNotCovered", UpgradeErrorCategory.NotImplemented, logIn.ToString(), message, remedy);

    private static string List(List<string> names) => string.Join(", ", names.Take(Shown)) + (names.Count > Shown ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $" and {names.Count - Shown} more") : "");
}
