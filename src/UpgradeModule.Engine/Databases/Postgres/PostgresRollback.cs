using System.Globalization;
using Npgsql;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>
/// Keeps copies of a stopped application's database on its server, and goes back to them. The role must be able to create databases and to
/// act as the owner. Where it isn't, no dump is taken instead: restoring one in place needs those very rights, so it would be a way back that
/// can't be gone, found out only when it is needed.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="operation">Who is told.</param>
internal sealed class PostgresRollback(PostgresServer server, IOperationContext operation)
{
    private const string MarkStart = "UpgradeModule rollback point of ";
    private const long Large = 1L << 30;
    private static readonly TimeSpan WayBackPatience = TimeSpan.FromSeconds(30);

    /// <summary>Copies the database.</summary>
    /// <param name="label">A label, unique to the run and stop.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    public Task<ReturnPoint> CreateAsync(string label, CancellationToken cancellationToken) => GuardAsync("RollbackPointFailed", "could not be kept", async () =>
    {
        var (connection, rights) = await server.OpenAdminAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var kept = PostgresSwap.KeptNameOf(server.Name, label);
            var live = await PostgresCatalog.ReadAsync(connection, server.Name, cancellationToken).ConfigureAwait(false);
            if (await PostgresCatalog.ReadAsync(connection, kept, cancellationToken).ConfigureAwait(false) is { } existing)
            {
                // One without a mark is whole, as the server makes it all or not at all; an earlier try ended before it was marked.
                return IsMarked(existing) || live is null ? Point(existing, label) : await FinishAsync(connection, live, kept, label).ConfigureAwait(false);
            }

            if (live is null) throw PostgresErrors.Map(new PostgresException("", "FATAL", "FATAL", "3D000"), server.Live, "", "");
            RequireRights(rights);
            // The log of the server would take every block twice; where the copy is large, copying files is faster.
            var strategy = connection.Major >= 15 && live.Size > Large ? " STRATEGY file_copy" : "";
            var create = $"CREATE DATABASE {SqlText.Name(kept)} OWNER {SqlText.Name(live.Owner)} TEMPLATE {SqlText.Name(server.Name)}{strategy}";
            var isMade = false;
            try
            {
                await PostgresSessions.ExecuteAloneAsync(connection, [server.Name], create, server.Wait, cancellationToken).ConfigureAwait(false);
                isMade = true;
                return await FinishAsync(connection, live, kept, label).ConfigureAwait(false);
            }
            catch (Exception failure) when (isMade || failure is not (UpgradeException or PostgresException))
            {
                // The answer may be all that was lost: the copy can be there.
                await new PostgresCleanup(async () => (await server.OpenAdminAsync(CancellationToken.None).ConfigureAwait(false)).Connection, operation).RemoveAsync(kept).ConfigureAwait(false);
                throw;
            }
        }
    });

    /// <summary>Puts a kept database in the place of the live one.</summary>
    /// <param name="point">The kept database.</param>
    /// <param name="cancellationToken">Ends the work before the swap.</param>
    /// <returns>
    /// What was replaced, also by an earlier try whose answer was lost; <see langword="null"/> where that is gone, or nothing was there.
    /// </returns>
    public Task<ReturnPoint?> GoBackAsync(ReturnPoint point, CancellationToken cancellationToken) => GuardAsync("RollbackFailed", "could not be gone back to", async () =>
    {
        PostgresSwap.Require(point, server.Name);
        var (connection, rights) = await server.OpenAdminAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var live = await PostgresCatalog.ReadAsync(connection, server.Name, cancellationToken).ConfigureAwait(false);
            var label = PostgresSwap.LabelOf(point) + "-after";
            if (!await PostgresCatalog.ExistsAsync(connection, point.Location, cancellationToken).ConfigureAwait(false))
            {
                if (live is not null)
                {
                    var replaced = await PostgresSwap.LastAsync(connection, server.Name, label, cancellationToken).ConfigureAwait(false);
                    return replaced is null ? null : PostgresSwap.Point(replaced.Name, server.Name, label, DateTimeOffset.UtcNow, replaced.Size);
                }

                throw new UpgradeException("RollbackFailed", UpgradeErrorCategory.ObjectNotFound, point.Location, $"Neither the kept database '{point.Location}' nor '{server.Name}' is on the server.", "Restore a backup.");
            }

            RequireRights(rights);
            // Without a live one, an earlier try was cut short: what it displaced still has the properties.
            var properties = live ?? await PostgresCatalog.ReadAsync(connection, PostgresSwap.KeptNameOf(server.Name, label), cancellationToken).ConfigureAwait(false);
            if (properties is not null) await PostgresCatalog.CarryAsync(connection, properties, point.Location, operation, wayBack: true, cancellationToken).ConfigureAwait(false);
            var kept = live is null ? null : await PostgresSwap.FreeNameAsync(connection, server.Name, label, cancellationToken).ConfigureAwait(false);
            // The application was stopped, and what they would still write is given up: nobody has any business there any more.
            var wait = new SessionWait { Patience = WayBackPatience, EndedIn = live is null ? null : server.Name, Told = operation };
            await PostgresSwap.RunAsync(connection, point.Location, server.Name, kept, wait, cancellationToken).ConfigureAwait(false);
            return kept is null ? null : PostgresSwap.Point(kept, server.Name, label, DateTimeOffset.UtcNow, live!.Size);
        }
    });

    /// <summary>Drops a kept database.</summary>
    /// <param name="point">The kept database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task DropAsync(ReturnPoint point, CancellationToken cancellationToken) => point.Location.Length == 0 ? Task.CompletedTask : GuardAsync("DropFailed", "could not be dropped", async () =>
    {
        PostgresSwap.Require(point, server.Name);
        var (connection, _) = await server.OpenAdminAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            await PostgresSwap.DropAsync(connection, point.Location, cancellationToken).ConfigureAwait(false);
            return true;
        }
    });

    /// <summary>Lists the databases that are kept of this one.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<IReadOnlyList<ReturnPoint>> ListAsync(CancellationToken cancellationToken) => GuardAsync<IReadOnlyList<ReturnPoint>>("DatabaseQueryFailed", "could not be read", async () =>
    {
        var (connection, _) = await server.OpenAdminAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var points = new List<ReturnPoint>();
            foreach (var row in await connection.QueryAsync("SELECT datname FROM pg_catalog.pg_database WHERE NOT datistemplate ORDER BY 1", cancellationToken).ConfigureAwait(false))
            {
                if (row[0] == server.Name || PostgresSwap.LabelIn(row[0]!, server.Name) is not { } label || await PostgresCatalog.ReadAsync(connection, row[0]!, cancellationToken).ConfigureAwait(false) is not { } found) continue;
                if (IsMarked(found) && !found.Comment!.StartsWith(MarkStart + server.Name + ", ", StringComparison.Ordinal)) continue;
                var time = IsMarked(found) ? Point(found, label).Created : KeptName.TimeOf(label) ?? default;
                // Where the role may not connect to it, its size stays unknown.
                points.Add(PostgresSwap.Point(found.Name, server.Name, label, time, found.Size == 0 ? null : found.Size));
            }

            return points;
        }
    });

    /// <summary>Fails where a role may not keep and swap databases.</summary>
    /// <param name="rights">What it may.</param>
    public void RequireRights(RoleRights rights)
    {
        if (rights.Missing is not { } missing) return;
        throw new UpgradeException("PermissionMissing", UpgradeErrorCategory.PermissionDenied, server.Live.ToString(), $"A database can't be kept beside '{server.Live}' and swapped with it.", missing);
    }

    private Task<T> GuardAsync<T>(string errorId, string action, Func<Task<T>> work) => PostgresErrors.GuardAsync(server.Live, errorId, action, work);

    // No longer cancelled: it takes a moment only, and a copy that nobody knows of would take up the room of the whole database. What keeps
    // strangers out of the live one must keep them out of the copy as well; its mark comes last, so it says that all of this was done.
    private async Task<ReturnPoint> FinishAsync(PostgresConnection connection, DatabaseProperties live, string kept, string label)
    {
        await PostgresCatalog.CarryAsync(connection, live, kept, operation, wayBack: true, CancellationToken.None).ConfigureAwait(false);
        await connection.ExecuteAsync($"COMMENT ON DATABASE {SqlText.Name(kept)} IS {SqlText.Value(MarkStart + server.Name + ", " + DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture))}", CancellationToken.None).ConfigureAwait(false);
        return Point((await PostgresCatalog.ReadAsync(connection, kept, CancellationToken.None).ConfigureAwait(false))!, label);
    }

    private static bool IsMarked(DatabaseProperties kept) => kept.Comment?.StartsWith(MarkStart, StringComparison.Ordinal) == true;

    private ReturnPoint Point(DatabaseProperties kept, string label)
    {
        var text = kept.Comment is { } comment && comment.StartsWith(MarkStart, StringComparison.Ordinal) ? comment[(comment.LastIndexOf(", ", StringComparison.Ordinal) + 2)..] : null;
        var created = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : DateTimeOffset.UtcNow;
        return PostgresSwap.Point(kept.Name, server.Name, label, created, kept.Size);
    }
}
