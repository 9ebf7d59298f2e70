namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>The server of an application's database, and the ways in: as the application's role, and as one that may create databases.</summary>
/// <param name="access">The database and its log-ins.</param>
internal sealed class PostgresServer(DatabaseAccess access)
{
    /// <summary>The port where none is named.</summary>
    public const int UsualPort = 5432;

    /// <summary>Whether there is a server to connect to; without one only a throw-away server or container can be used.</summary>
    public bool IsKnown => access.Target is { Server: not null, Name: not null };

    /// <summary>The application's database as its own role sees it.</summary>
    public PostgresLogIn Live => LogIn(access.Target.Name!, access.Credential ?? NoUser());

    /// <summary>The name of the application's database.</summary>
    public string Name => access.Target.Name!;

    /// <summary>How sessions are waited for that are in the way: those of the application's own role a little longer.</summary>
    public SessionWait Wait => new() { OwnRole = access.Credential?.UserName };

    /// <summary>A database of the server.</summary>
    /// <param name="database">Its name.</param>
    /// <param name="credential">The role.</param>
    public PostgresLogIn LogIn(string database, DatabaseCredential credential) => IsKnown
        ? new() { Server = access.Target.Server!, Port = access.Target.Port ?? UsualPort, Database = database, Credential = credential, SslMode = access.Target.SslMode }
        : throw new UpgradeException("DatabaseSettingsInvalid", UpgradeErrorCategory.InvalidArgument, access.Target, "The PostgreSQL database has no server or no name.", "Give the deployment its database.");

    /// <summary>Connects to the application's database.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<PostgresConnection> OpenLiveAsync(CancellationToken cancellationToken) => PostgresConnection.OpenAsync(Live, cancellationToken);

    /// <summary>
    /// Connects beside the application's database (a session in it would be in the way of copying and renaming it), as the role that may do
    /// the most: the one for maintenance, else the application's own.
    /// </summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<(PostgresConnection Connection, RoleRights Rights)> OpenAdminAsync(CancellationToken cancellationToken)
    {
        var connection = await OpenBesideAsync(access.Maintenance ?? access.Credential ?? NoUser(), cancellationToken).ConfigureAwait(false);
        try
        {
            return (connection, await RoleRights.ReadAsync(connection, Name, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Connects beside the application's database as its own role where it has one, else as the one for maintenance.</summary>
    /// <param name="applicationName">The name under which the session is seen.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<PostgresConnection> OpenLockAsync(string applicationName, CancellationToken cancellationToken) => OpenBesideAsync(access.Credential ?? access.Maintenance ?? NoUser(), cancellationToken, applicationName);

    private async Task<PostgresConnection> OpenBesideAsync(DatabaseCredential credential, CancellationToken cancellationToken, string applicationName = PostgresLogIn.ApplicationName)
    {
        string[] candidates = [access.Target.MaintenanceDatabase ?? "postgres", "postgres", "template1"];
        UpgradeException? first = null;
        foreach (var candidate in candidates.Distinct().Where(name => name != access.Target.Name))
        {
            try
            {
                return await PostgresConnection.OpenAsync(LogIn(candidate, credential), cancellationToken, applicationName).ConfigureAwait(false);
            }
            catch (UpgradeException failure) when (failure.ErrorId is "DatabaseNotFound" or "PermissionMissing")
            {
                first ??= failure;
            }
        }

        throw first!;
    }

    private UpgradeException NoUserError() => new("DatabaseSettingsInvalid", UpgradeErrorCategory.InvalidArgument, access.Target, $"Nothing tells the role that logs in to the database '{access.Target}'.", "Give a credential, or set the user in the application's settings.");

    private DatabaseCredential NoUser() => throw NoUserError();
}
