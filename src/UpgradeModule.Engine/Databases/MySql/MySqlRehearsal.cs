using System.Security.Cryptography;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Restores backups for clones: onto a throw-away server of the same make on this machine, for from a copy on the application's own server its other databases would be in reach.</summary>
/// <param name="server">The application's server.</param>
/// <param name="open">Gives a database to work with.</param>
internal sealed class MySqlRehearsal(MySqlServer server, Func<DatabaseAccess, IAppDatabase> open)
{
    /// <summary>Restores.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    /// <exception cref="UpgradeException"><c>ScratchUnavailable</c>, <c>BackupCorrupt</c>, <c>DatabaseUnreachable</c>.</exception>
    public async Task<IRehearsalDatabase> RunAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken)
    {
        var (file, compression) = MySqlFiles.Of(content);
        var like = await VersionAsync(cancellationToken).ConfigureAwait(false);
        var program = await MySqlServerProgram.FindAsync(like, cancellationToken).ConfigureAwait(false) ?? throw Unavailable(content, like);
        operation.Verbose($"The backup is restored into a throw-away server of {program.Version.Name} on this machine.");
        var throwAway = await MySqlThrowAway.StartAsync(program, server.Name, server.Live.Credential.UserName, Convert.ToHexString(RandomNumberGenerator.GetBytes(16)), cancellationToken).ConfigureAwait(false);
        var progress = new WorkProgress(operation, "Restoring a copy", server.Name);
        try
        {
            var access = throwAway.Access;
            var own = new MySqlServer(access, operation);
            await using (own.ConfigureAwait(false))
            {
                await MySqlErrors.GuardAsync(own.Admin, "ScratchUnavailable", "could not serve for the rehearsal", async () =>
                {
                    await throwAway.AwaitAsync(own, cancellationToken).ConfigureAwait(false);
                    var loader = new MySqlLoader(await own.Tools.ClientAsync(cancellationToken).ConfigureAwait(false), own.Admin);
                    progress.Begin(new WorkStage { Size = new FileInfo(file).Length });
                    progress.Begin("", new FileInfo(file).Length);

                    // Events rest: they may do outside what nobody rehearses.
                    try
                    {
                        await loader.RunAsync(server.Name, file, compression, new DumpFilter { Events = EventSwitch.Off() }, count => progress.Moved("", count), cancellationToken).ConfigureAwait(false);
                    }
                    catch (Exception failure) when (MySqlFiles.Corrupt(content, failure) is not null)
                    {
                        throw MySqlFiles.Corrupt(content, failure)!;
                    }

                    progress.Done();
                    return true;
                }).ConfigureAwait(false);
            }

            return new MySqlScratch(open(access), access, $"a throw-away server of {program.Version.Name} on this machine", throwAway.DisposeAsync);
        }
        catch
        {
            await throwAway.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            progress.End();
        }
    }

    private Task<MySqlVersion> VersionAsync(CancellationToken cancellationToken) => MySqlErrors.GuardAsync(server.Live, "DatabaseUnreachable", "could not be asked for its version", async () =>
    {
        var session = await server.OpenLiveAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false)) return session.Server;
    });

    private static UpgradeException Unavailable(BackupContent content, MySqlVersion like) => new(
        "ScratchUnavailable", UpgradeErrorCategory.ResourceUnavailable, content.Directory,
        $"There is no place to restore the backup '{content.Directory}' for a clone: on the deployment's own server it could reach other databases, and this machine has no server programs of {like.Name} or newer that can be run.",
        $"Install the server programs on this machine, without starting a service (Debian: {(like.Flavour == MySqlFlavour.MariaDb ? "mariadb-server" : "mysql-server")}), or rehearse on a machine that has them.");
}
