namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Restores backups into a database of their own on the application's server.</summary>
/// <param name="server">The server.</param>
/// <param name="access">The database and its log-ins.</param>
/// <param name="open">Gives a database to work with.</param>
internal sealed class MySqlProof(MySqlServer server, DatabaseAccess access, Func<DatabaseAccess, IAppDatabase> open)
{
    /// <summary>Restores.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    public async Task<IScratchDatabase> RunAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken)
    {
        if (!server.IsKnown) throw Unavailable(content, "no server is known", null);
        try
        {
            return await MySqlErrors.GuardAsync(server.Admin, "ScratchUnavailable", "could not serve for the proof", async () =>
            {
                var session = await server.OpenAdminAsync(cancellationToken).ConfigureAwait(false);
                await using (session.ConfigureAwait(false))
                {
                    var copy = new MySqlCopy(server);
                    var (name, _) = await copy.MakeAsync(session, content, "Proving the backup", operation, cancellationToken).ConfigureAwait(false);
                    var scratch = new DatabaseAccess { Target = access.Target with { Name = name, User = server.Admin.Credential.UserName }, Credential = server.Admin.Credential, DockerHost = access.DockerHost };
                    return new MySqlScratch(open(scratch), scratch, $"the database '{name}' beside '{server.Live}'", async () => await copy.TryDropAsync(name, operation).ConfigureAwait(false));
                }
            }).ConfigureAwait(false);
        }
        catch (UpgradeException failure) when (failure.ErrorId is "PermissionMissing" or "DatabaseUnreachable" or "DatabaseLoginFailed")
        {
            throw Unavailable(content, failure.Message.TrimEnd('.'), failure);
        }
    }

    private UpgradeException Unavailable(BackupContent content, string why, UpgradeException? failure) => new(
        "ScratchUnavailable", UpgradeErrorCategory.ResourceUnavailable, content.Directory, $"There is no place to prove the backup '{content.Directory}': {why}.",
        $"Test it with a deployment whose server can be reached, and give a log-in that may make databases there (-MaintenanceUser, -MaintenanceCredential; or GRANT ALL ON {MySqlText.Name((server.Name.Length == 0 ? "NAME" : server.Name) + "%")}.* to the application's).", failure);
}
