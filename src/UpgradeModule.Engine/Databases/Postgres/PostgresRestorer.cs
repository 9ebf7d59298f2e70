using System.Globalization;
using Npgsql;
using UpgradeModule.Engine.Databases.Postgres.Programs;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>Restores backups beside the live database, compares, and swaps.</summary>
/// <param name="server">The server.</param>
/// <param name="access">The database and its log-ins.</param>
/// <param name="archiver">What reads the archive.</param>
/// <param name="rollback">What knows which rights a swap needs.</param>
internal sealed class PostgresRestorer(PostgresServer server, DatabaseAccess access, IArchiveReader archiver, PostgresRollback rollback)
{
    private const string Activity = "Restoring the database";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Restores.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="label">A label for what is kept.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work before the swap.</param>
    public Task<RestoreOutcome> RunAsync(BackupContent content, string label, IOperationContext operation, CancellationToken cancellationToken) => PostgresErrors.GuardAsync(server.Live, "RestoreFailed", "could not be restored", async () =>
    {
        var file = archiver.FileOf(content);
        var facts = await archiver.ReadFactsAsync(file, cancellationToken).ConfigureAwait(false);
        if (await archiver.ObstacleAsync(facts, onServer: true, cancellationToken).ConfigureAwait(false) is { } missing) throw missing;
        var (admin, rights) = await server.OpenAdminAsync(cancellationToken).ConfigureAwait(false);
        await using (admin.ConfigureAwait(false))
        {
            rollback.RequireRights(rights);
            var live = await PostgresCatalog.ReadAsync(admin, server.Name, cancellationToken).ConfigureAwait(false);
            // Ended right before the swap only: until then nothing is in their way.
            var wait = content.EndsSessions && live is not null ? new SessionWait { OwnRole = access.Credential?.UserName, Patience = s_patience, EndedIn = server.Name, Told = operation } : server.Wait with { OtherRemedy = "With -Force they are ended, as far as the role may." };
            if (live is not null && !content.EndsSessions) await PostgresSessions.RequireNoneAsync(admin, server.Name, wait, cancellationToken).ConfigureAwait(false);
            // Without a live one, an earlier try was cut short: what it set aside still has the properties.
            var properties = live ?? await PostgresCatalog.ReadAsync(admin, PostgresSwap.KeptNameOf(server.Name, label), cancellationToken).ConfigureAwait(false);
            var beside = PostgresSwap.KeptNameOf(server.Name, label + "-new");
            var progress = RestoreProgress.Begin(operation, Activity, server.Name, content);
            var cleanup = new PostgresCleanup(async () => (await server.OpenAdminAsync(CancellationToken.None).ConfigureAwait(false)).Connection, operation);
            try
            {
                await FillAsync(admin, rights, properties, beside, file, facts, progress, operation, cancellationToken).ConfigureAwait(false);
                progress.Tell("counting the rows");
                var tables = await CountAsync(beside, cancellationToken).ConfigureAwait(false);
                TableComparison.Require(content, tables);
                if (properties is not null) await PostgresCatalog.CarryAsync(admin, properties, beside, operation, wayBack: false, cancellationToken).ConfigureAwait(false);
                var kept = live is null ? null : await PostgresSwap.FreeNameAsync(admin, server.Name, label, cancellationToken).ConfigureAwait(false);
                await SwapAsync(admin, beside, kept, wait, cleanup, cancellationToken).ConfigureAwait(false);
                return new RestoreOutcome { Previous = PostgresSwap.Point(kept ?? "", server.Name, label, DateTimeOffset.UtcNow, live?.Size), Tables = tables };
            }
            catch
            {
                await cleanup.RemoveAsync(beside).ConfigureAwait(false);
                throw;
            }
            finally
            {
                progress.End();
            }
        }
    });

    // A superuser restores everything as it was. Any other role can make only what is its own: then all belongs to the application's role, as
    // it does with nearly every application; grants are tried, and said to be missing where they can't be given.
    private async Task FillAsync(PostgresConnection admin, RoleRights rights, DatabaseProperties? properties, string beside, string file, ArchiveFacts facts, WorkProgress progress, IOperationContext operation, CancellationToken cancellationToken)
    {
        var owner = properties?.Owner ?? access.Credential?.UserName ?? rights.Role;
        var own = access.Credential is { } credential ? server.LogIn(beside, credential) : admin.LogIn with { Database = beside };
        var attempts = new List<(PostgresLogIn LogIn, RestoreMode Mode)>();
        if (rights.IsSuperuser) attempts.Add((admin.LogIn with { Database = beside }, RestoreMode.Full));
        attempts.Add((own, RestoreMode.WithoutOwners));
        attempts.Add((own, RestoreMode.WithoutOwnersAndGrants));
        string? complaint = null;
        foreach (var (logIn, mode) in attempts)
        {
            if (complaint is not null) operation.Warning($"The backup can't be restored with {(mode == RestoreMode.WithoutOwners ? "all its owners, so everything will belong to '" + logIn.Credential.UserName + "'" : "its grants, so they will be missing")}: {complaint}.");
            await PostgresSwap.DiscardAsync(admin, beside, cancellationToken).ConfigureAwait(false);
            await admin.ExecuteAsync($"CREATE DATABASE {SqlText.Name(beside)} OWNER {SqlText.Name(owner)} TEMPLATE template0 {(properties is null ? $"ENCODING {SqlText.Value(facts.Encoding)}" : properties.Locale + properties.Tablespace)}", cancellationToken).ConfigureAwait(false);
            complaint = await archiver.RestoreAsync(file, facts, logIn, mode, progress, cancellationToken).ConfigureAwait(false);
            if (complaint is null) return;
            if (!IsAboutRoles(complaint)) break;
        }

        if (ProgramComplaint.IsAboutConnection(complaint!)) throw PostgresErrors.Unreachable(server.Live, complaint!);
        if (ProgramComplaint.IsAboutRoom(complaint!)) throw new UpgradeException("DiskFull", UpgradeErrorCategory.LimitsExceeded, server.Live.ToString(), $"The disk of the server of '{server.Live}' is full.", "Free some space on the server, then do it again; nothing was changed.");
        if (ProgramComplaint.IsAboutWorker(complaint!)) throw new UpgradeException("RestoreFailed", UpgradeErrorCategory.InvalidOperation, server.Live.ToString(), $"The backup could not be restored into '{server.Live}': {complaint}.", "Look whether the machine ran out of memory, then do it again; nothing was changed.");
        if (!IsAboutRoles(complaint!) && facts.ServerMajor > admin.Major)
        {
            throw new UpgradeException("RestoreFailed", UpgradeErrorCategory.InvalidOperation, server.Live.ToString(), string.Create(CultureInfo.InvariantCulture, $"The backup was made of PostgreSQL {facts.ServerMajor}, and the server of '{server.Live}', PostgreSQL {admin.Major}, doesn't take it: {complaint}."), string.Create(CultureInfo.InvariantCulture, $"Restore it on a server of PostgreSQL {facts.ServerMajor} or newer; nothing was changed."));
        }

        throw IsAboutRoles(complaint!)
            ? new UpgradeException("PermissionMissing", UpgradeErrorCategory.PermissionDenied, server.Live.ToString(), $"The backup can't be restored into '{server.Live}': {complaint}.", "Give the log-in of a superuser for maintenance (-MaintenanceCredential); nothing was changed.")
            : ArchiveFile.Corrupt(file, complaint!);
    }

    // The answer may be all that was lost. To drop what would have taken the place waits for a rename that still goes on; what is there after that is settled.
    private async Task SwapAsync(PostgresConnection admin, string beside, string? kept, SessionWait wait, PostgresCleanup cleanup, CancellationToken cancellationToken)
    {
        try
        {
            await PostgresSwap.RunAsync(admin, beside, server.Name, kept, wait, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is NpgsqlException and not PostgresException or PostgresException { SqlState: "57P01" or "57P02" } or IOException)
        {
            await cleanup.RemoveAsync(beside).ConfigureAwait(false);
            if (!await cleanup.ExistsAsync(kept ?? server.Name).ConfigureAwait(false)) throw;
        }
    }

    private async Task<IReadOnlyList<TableCount>> CountAsync(string database, CancellationToken cancellationToken)
    {
        var connection = await PostgresConnection.OpenAsync(server.LogIn(database, access.Maintenance ?? access.Credential!), cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            await PostgresReader.BeginSnapshotAsync(connection, cancellationToken).ConfigureAwait(false);
            return await PostgresReader.CountAsync(connection, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsAboutRoles(string complaint) => new[] { "permission denied", "must be owner", "must be superuser", "must be member", "must be able to SET ROLE", "role \"" }.Any(text => complaint.Contains(text, StringComparison.Ordinal));
}
