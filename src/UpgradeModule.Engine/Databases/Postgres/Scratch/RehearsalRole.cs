namespace UpgradeModule.Engine.Databases.Postgres.Scratch;

/// <summary>The role that owns the copy that an application is rehearsed on: what it may not on its own server it may not there.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsSuperuser">Whether it may do everything.</param>
/// <param name="CreatesDatabases">Whether it may create databases.</param>
internal sealed record RehearsalRole(string Name, bool IsSuperuser, bool CreatesDatabases)
{
    /// <summary>Its rights, in the words of ALTER ROLE.</summary>
    public string Rights => $"{(IsSuperuser ? "SUPERUSER" : "NOSUPERUSER")} {(CreatesDatabases ? "CREATEDB" : "NOCREATEDB")}";

    /// <summary>Finds the application's own role; one without rights where its server can't be asked.</summary>
    /// <param name="access">The application's database.</param>
    /// <param name="server">Its server.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<RehearsalRole> FindAsync(DatabaseAccess access, PostgresServer server, IOperationContext operation, CancellationToken cancellationToken)
    {
        var name = access.Credential?.UserName ?? access.Target.User ?? "app";
        try
        {
            var (connection, _) = await server.OpenAdminAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                var rows = await connection.QueryAsync("SELECT rolsuper, rolcreatedb FROM pg_catalog.pg_roles WHERE rolname = $1", cancellationToken, name).ConfigureAwait(false);
                return rows is [[var super, var creates], ..] ? new RehearsalRole(name, super == "t", creates == "t") : new RehearsalRole(name, false, false);
            }
        }
        catch (UpgradeException failure)
        {
            operation.Verbose($"The rights of the role '{name}' can't be asked: {failure.Message} The rehearsal gives it none but to its own database.");
            return new RehearsalRole(name, false, false);
        }
    }
}
