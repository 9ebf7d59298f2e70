using System.Text.RegularExpressions;
using UpgradeModule.Engine.Databases.Postgres.Programs;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres.Scratch;

/// <summary>Restores backups into a place of their own.</summary>
/// <param name="server">The application's server.</param>
/// <param name="archiver">What reads the archive.</param>
/// <param name="places">What finds the place.</param>
/// <param name="open">Gives a database to work with.</param>
internal sealed partial class PostgresProof(PostgresServer server, IArchiveReader archiver, ScratchPlaces places, Func<DatabaseAccess, IAppDatabase> open)
{
    private const int MostRoles = 50;

    private delegate Task<string?> Restore(PostgresLogIn target, WorkProgress progress);

    /// <summary>Restores.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    public async Task<IScratchDatabase> RunAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken) =>
        await RunAsync(content, null, operation, cancellationToken).ConfigureAwait(false);

    /// <summary>Restores onto a server of its own, for a clone of the application.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="role">The role that is to own the copy.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    public Task<PostgresScratch> RunForRehearsalAsync(BackupContent content, RehearsalRole role, IOperationContext operation, CancellationToken cancellationToken) => RunAsync(content, role, operation, cancellationToken);

    private async Task<PostgresScratch> RunAsync(BackupContent content, RehearsalRole? role, IOperationContext operation, CancellationToken cancellationToken)
    {
        var file = archiver.FileOf(content);
        var facts = await archiver.ReadFactsAsync(file, cancellationToken).ConfigureAwait(false);
        // What this machine misses, a throw-away container has.
        var missing = await archiver.ObstacleAsync(facts, onServer: false, cancellationToken).ConfigureAwait(false);
        var (admin, rights) = role is null ? await OpenAsync(operation, cancellationToken).ConfigureAwait(false) : default;
        try
        {
            var search = missing is null || (rights is { CreatesDatabases: true } && await archiver.ObstacleAsync(facts, onServer: true, cancellationToken).ConfigureAwait(false) is null)
                ? await places.FindAsync(server, rights, facts.ServerMajor, cancellationToken, apart: role is not null).ConfigureAwait(false)
                : await places.FindContainerAsync(missing, Math.Max(facts.ServerMajor, facts.ToolMajor), cancellationToken).ConfigureAwait(false);
            var place = search.Place ?? throw Unavailable(content, search, null);
            operation.Verbose($"The backup is restored into {place.Description}.");
            if (place.OnServer) return await OnServerAsync(admin!, ByProgram, place, file, facts, content, operation, cancellationToken).ConfigureAwait(false);
            if (place.Local is { } local)
            {
                var throwAway = await ThrowAwayServer.StartAsync(local, loopback: role is not null, cancellationToken, lifelike: role is not null).ConfigureAwait(false);
                return await OnThrowAwayAsync(throwAway, ByProgram, place, file, facts, content, role, operation, cancellationToken).ConfigureAwait(false);
            }

            var container = await StartContainerAsync(content, search, Math.Max(facts.ServerMajor, missing is null ? 0 : facts.ToolMajor), operation, cancellationToken).ConfigureAwait(false);
            Restore restore = missing is null ? ByProgram : (target, progress) => container.RestoreAsync(file, target.Database, target.Credential.UserName, progress.Step, cancellationToken);
            return await OnThrowAwayAsync(container, restore, place, file, facts, content, role, operation, cancellationToken).ConfigureAwait(false);

            Task<string?> ByProgram(PostgresLogIn target, WorkProgress progress) => archiver.RestoreAsync(file, facts, target, RestoreMode.Proof, progress, cancellationToken);
        }
        finally
        {
            if (admin is not null) await admin.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<ContainerServer> StartContainerAsync(BackupContent content, ScratchSearch search, int major, IOperationContext operation, CancellationToken cancellationToken)
    {
        try
        {
            return await ContainerServer.StartAsync(search.Place!.Image!, major, operation, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure) when (failure.ErrorId == "ScratchUnavailable")
        {
            throw Unavailable(content, search, failure);
        }
    }

    private async Task<(PostgresConnection? Connection, RoleRights? Rights)> OpenAsync(IOperationContext operation, CancellationToken cancellationToken)
    {
        if (!server.IsKnown) return default;
        try
        {
            return await server.OpenAdminAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure) when (failure.ErrorId == "DatabaseUnreachable")
        {
            // A server that is gone is when a proven backup is wanted most.
            operation.Verbose(failure.Message);
            return default;
        }
    }

    private async Task<PostgresScratch> OnServerAsync(PostgresConnection admin, Restore restore, ScratchPlace place, string file, ArchiveFacts facts, BackupContent content, IOperationContext operation, CancellationToken cancellationToken)
    {
        await DropStaleAsync(admin, operation, cancellationToken).ConfigureAwait(false);
        var name = ScratchName.Make();
        var target = admin.LogIn with { Database = name };
        var original = await PostgresCatalog.ReadAsync(admin, server.Name, cancellationToken).ConfigureAwait(false);
        try
        {
            await GuardAsync(target, () => admin.ExecuteAsync($"CREATE DATABASE {SqlText.Name(name)} TEMPLATE template0 {original?.Locale ?? Encoding(facts)}", cancellationToken)).ConfigureAwait(false);
            var complaint = await RestoreAsync(restore, target, content, operation).ConfigureAwait(false);
            if (complaint is not null) throw Failed(complaint, content, file, place, target);
            return Scratch(target, place, () => RemoveAsync(admin.LogIn, name));
        }
        catch
        {
            await new PostgresCleanup(() => PostgresConnection.OpenAsync(admin.LogIn, CancellationToken.None), operation).RemoveAsync(name).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<PostgresScratch> OnThrowAwayAsync(IThrowAwayServer throwAway, Restore restore, ScratchPlace place, string file, ArchiveFacts facts, BackupContent content, RehearsalRole? role, IOperationContext operation, CancellationToken cancellationToken)
    {
        try
        {
            var name = ScratchName.Make();
            var target = throwAway.LogIn with { Database = name };
            var admin = await PostgresConnection.OpenAsync(throwAway.LogIn, cancellationToken).ConfigureAwait(false);
            await using (admin.ConfigureAwait(false))
            {
                // It restores as a superuser, so that everything is its own, and is then what it is on the application's server.
                if (role is not null && role.Name != throwAway.LogIn.Credential.UserName)
                {
                    var password = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
                    await GuardAsync(target, () => admin.ExecuteAsync($"CREATE ROLE {SqlText.Name(role.Name)} LOGIN SUPERUSER PASSWORD {SqlText.Value(password)}", cancellationToken)).ConfigureAwait(false);
                    target = target with { Credential = new DatabaseCredential(role.Name, password) };
                }

                // Policies name roles even where neither owners nor grants are restored; here they can be made up.
                for (var roles = 0; ; roles++)
                {
                    await GuardAsync(target, () => admin.ExecuteAsync($"DROP DATABASE IF EXISTS {SqlText.Name(name)}", cancellationToken)).ConfigureAwait(false);
                    await GuardAsync(target, () => admin.ExecuteAsync($"CREATE DATABASE {SqlText.Name(name)} {(role is null ? "" : $"OWNER {SqlText.Name(target.Credential.UserName)} ")}TEMPLATE template0 {Encoding(facts)}", cancellationToken)).ConfigureAwait(false);
                    var complaint = await RestoreAsync(restore, target, content, operation).ConfigureAwait(false);
                    if (complaint is null)
                    {
                        if (target.Credential.UserName != throwAway.LogIn.Credential.UserName) await GuardAsync(target, () => admin.ExecuteAsync($"ALTER ROLE {SqlText.Name(target.Credential.UserName)} {role!.Rights}", cancellationToken)).ConfigureAwait(false);
                        return Scratch(target, place, throwAway.DisposeAsync, role is null ? null : throwAway.LogIn.Credential);
                    }

                    if (roles == MostRoles || MissingRole().Match(complaint) is not { Success: true } match) throw Failed(complaint, content, file, place, target);
                    await GuardAsync(target, () => admin.ExecuteAsync($"CREATE ROLE {SqlText.Name(match.Groups[1].Value)}", cancellationToken)).ConfigureAwait(false);
                }
            }
        }
        catch
        {
            await throwAway.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<string?> RestoreAsync(Restore restore, PostgresLogIn target, BackupContent content, IOperationContext operation)
    {
        var progress = RestoreProgress.Begin(operation, "Restoring a copy", "", content);
        try
        {
            return await restore(target, progress).ConfigureAwait(false);
        }
        finally
        {
            progress.End();
        }
    }

    private PostgresScratch Scratch(PostgresLogIn target, ScratchPlace place, Func<ValueTask> remove, DatabaseCredential? maintenance = null)
    {
        var where = new DatabaseTarget { Engine = DatabaseEngine.Postgres, Server = target.Server, Port = target.Port, Name = target.Database, User = target.Credential.UserName, SslMode = target.SslMode };
        var access = new DatabaseAccess { Target = where, Credential = target.Credential, Maintenance = maintenance };
        return new PostgresScratch(open(access), access, place.Description, remove);
    }

    private static async ValueTask RemoveAsync(PostgresLogIn admin, string name)
    {
        var connection = await PostgresConnection.OpenAsync(admin, CancellationToken.None).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            await PostgresErrors.GuardAsync(admin, "DropFailed", "could not be cleaned up", async () =>
            {
                await PostgresSwap.DiscardAsync(connection, name, CancellationToken.None).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        }
    }

    private static async Task DropStaleAsync(PostgresConnection admin, IOperationContext operation, CancellationToken cancellationToken)
    {
        var rows = await admin.QueryAsync("SELECT datname FROM pg_catalog.pg_database WHERE datname LIKE $1 AND pg_has_role(datdba, 'USAGE')", cancellationToken, ScratchName.Pattern).ConfigureAwait(false);
        foreach (var name in rows.Select(row => row[0]!).Where(ScratchName.IsStale))
        {
            operation.Verbose($"The scratch database '{name}' of a run that was killed is dropped.");
            await GuardAsync(admin.LogIn, () => PostgresSwap.DiscardAsync(admin, name, cancellationToken)).ConfigureAwait(false);
        }
    }

    private static string Encoding(ArchiveFacts facts) => $"ENCODING {SqlText.Value(facts.Encoding)} LC_COLLATE 'C' LC_CTYPE 'C'";

    private static Task<bool> GuardAsync(PostgresLogIn place, Func<Task> work) => PostgresErrors.GuardAsync(place, "ScratchUnavailable", "could not be made", async () =>
    {
        await work().ConfigureAwait(false);
        return true;
    });

    private static UpgradeException Unavailable(BackupContent content, ScratchSearch search, UpgradeException? failure)
    {
        List<string> reasons = [.. search.Reasons];
        if (failure is not null) reasons.Add(failure.Message.TrimEnd('.'));
        var remedy = failure?.Remedy is { } more ? $"{more} Or: {search.Remedy}" : search.Remedy;
        return new UpgradeException("ScratchUnavailable", UpgradeErrorCategory.ResourceUnavailable, content.Directory, $"There is no place to prove the backup '{content.Directory}': {string.Join("; ", reasons)}.", remedy, failure);
    }

    private static UpgradeException Failed(string complaint, BackupContent content, string file, ScratchPlace place, PostgresLogIn target)
    {
        if (ProgramComplaint.IsAboutConnection(complaint)) return PostgresErrors.Unreachable(target, complaint);
        if (ProgramComplaint.IsAboutRoom(complaint)) return new UpgradeException("DiskFull", UpgradeErrorCategory.LimitsExceeded, place.Description, $"There is no room to prove the backup '{content.Directory}' in {place.Description}.", "Free some space, then do it again.");
        if (!Place().IsMatch(complaint) && !ProgramComplaint.IsAboutWorker(complaint)) return ArchiveFile.Corrupt(file, complaint);
        var remedy = place switch
        {
            _ when ProgramComplaint.IsAboutWorker(complaint) => "Look whether the machine ran out of memory, then do it again.",
            { OnServer: true } => "Give the log-in of a superuser for maintenance (-MaintenanceCredential).",
            { Image: not null } => $"Name an image that has the extension in {ScratchPlaces.ImageVariable}, or give a log-in for maintenance on the deployment's own server (-MaintenanceCredential).",
            _ => "Install the extension for this machine's PostgreSQL, or give a log-in for maintenance on the deployment's own server (-MaintenanceCredential).",
        };
        return new UpgradeException("ScratchUnavailable", UpgradeErrorCategory.ResourceUnavailable, content.Directory, $"The backup '{content.Directory}' can't be proven in {place.Description}: {complaint}.", remedy);
    }

    [GeneratedRegex("role \"(.+?)\" does not exist")]
    private static partial Regex MissingRole();

    // The place's fault, not the backup's: an extension that isn't there or may not be made, a right, a server that went away.
    [GeneratedRegex("permission denied|must be superuser|must be owner|could not open extension control file|is not available|role \".+\" does not exist|could not access file|No such container|is not running|Docker daemon")]
    private static partial Regex Place();
}
