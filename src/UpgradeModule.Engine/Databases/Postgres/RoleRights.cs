namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>What a role may do, as far as backups and the way back need it.</summary>
/// <param name="Role">The role.</param>
/// <param name="IsSuperuser">Whether it may do everything.</param>
/// <param name="CreatesDatabases">Whether it may create databases.</param>
/// <param name="ActsAsOwner">Whether it is, or may act as, the owner of the application's database, without which that can be neither copied nor renamed.</param>
/// <param name="Owner">The owner of the application's database; <see langword="null"/> where there is no such database.</param>
internal sealed record RoleRights(string Role, bool IsSuperuser, bool CreatesDatabases, bool ActsAsOwner, string? Owner)
{
    /// <summary>Whether it may keep a copy of the database beside it and swap the two.</summary>
    public bool MaySwap => CreatesDatabases && ActsAsOwner;

    /// <summary>What it lacks to do so, with what to do; <see langword="null"/> where it lacks nothing.</summary>
    public string? Missing => CreatesDatabases
        ? ActsAsOwner ? null : $"The role '{Role}' may not act as '{Owner}', the database's owner: GRANT {SqlText.Name(Owner!)} TO {SqlText.Name(Role)}, or give the log-in of a superuser for maintenance."
        : $"The role '{Role}' may not create databases: ALTER ROLE {SqlText.Name(Role)} CREATEDB, or give a log-in for maintenance that may (-MaintenanceCredential).";

    /// <summary>Asks the server.</summary>
    /// <param name="connection">A session of the role.</param>
    /// <param name="database">The application's database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<RoleRights> ReadAsync(PostgresConnection connection, string database, CancellationToken cancellationToken)
    {
        const string Query = """
            SELECT r.rolname, r.rolsuper, r.rolsuper OR r.rolcreatedb,
                   coalesce(r.rolsuper OR pg_catalog.pg_has_role(d.datdba, 'USAGE'), true),
                   pg_catalog.pg_get_userbyid(d.datdba)
            FROM pg_catalog.pg_roles r LEFT JOIN pg_catalog.pg_database d ON d.datname = $1
            WHERE r.rolname = current_user
            """;
        var row = (await connection.QueryAsync(Query, cancellationToken, database).ConfigureAwait(false))[0];
        return new RoleRights(row[0]!, row[1] == "t", row[2] == "t", row[3] == "t", row[4]);
    }
}
