using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Keeps copies of a stopped application's database on its server, and goes back to them.</summary>
/// <param name="server">The server.</param>
/// <param name="operation">Who is told.</param>
internal sealed class MySqlRollback(MySqlServer server, IOperationContext operation)
{
    private readonly MySqlSwap _swap = new(server, operation);

    /// <summary>Copies the database: dumped and loaded at once, without a file between.</summary>
    /// <param name="label">A label, unique to the run and stop.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    public Task<ReturnPoint> CreateAsync(string label, CancellationToken cancellationToken) => GuardAsync("RollbackPointFailed", "could not be kept", cancellationToken, async session =>
    {
        await _swap.FinishAsync(session, cancellationToken).ConfigureAwait(false);
        var kept = MySqlSwap.KeptNameOf(server.Name, label);
        if (await SwapRecord.ReadAsync(session, kept, cancellationToken).ConfigureAwait(false) is { IsKept: true } before) return MySqlSwap.Point(kept, server.Name, label, before.Created, await MySqlSwap.SizeAsync(session, kept, cancellationToken).ConfigureAwait(false));
        var charset = await MySqlCatalog.CharacterSetAsync(session, server.Name, cancellationToken).ConfigureAwait(false) ?? throw new MySqlFailure(1049, "");
        await MySqlSessions.RequireUnusedAsync(session, server, cancellationToken).ConfigureAwait(false);
        // What an earlier try has left is not whole.
        await MySqlSwap.DropAsync(session, kept, cancellationToken).ConfigureAwait(false);
        try
        {
            await session.ExecuteAsync($"CREATE DATABASE {MySqlText.Name(kept)} {charset}", cancellationToken).ConfigureAwait(false);
            var events = await CopyAsync(session, kept, cancellationToken).ConfigureAwait(false);
            await MySqlCatalog.RequireRestingAsync(session, kept, cancellationToken).ConfigureAwait(false);
            var differences = TableComparison.Differences(await MySqlReader.CountAsync(session, server.Name, cancellationToken).ConfigureAwait(false), await MySqlReader.CountAsync(session, kept, cancellationToken).ConfigureAwait(false));
            if (differences.Count > 0) throw new MySqlFailure(0, $"the copy has other rows: {string.Join("; ", differences.Take(5))}");
            var record = new SwapRecord { IsKept = true, Live = server.Name, Created = DateTimeOffset.UtcNow, Events = events };
            await record.WriteAsync(session, kept, cancellationToken).ConfigureAwait(false);
            return MySqlSwap.Point(kept, server.Name, label, record.Created, await MySqlSwap.SizeAsync(session, kept, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await TryDropAsync(kept).ConfigureAwait(false);
            throw;
        }
    });

    /// <summary>Puts a kept database in the place of the live one.</summary>
    /// <param name="point">The kept database.</param>
    /// <param name="cancellationToken">Ends the work before the swap.</param>
    /// <returns>What was replaced, also by an earlier try whose answer was lost; <see langword="null"/> where that is gone.</returns>
    public Task<ReturnPoint?> GoBackAsync(ReturnPoint point, CancellationToken cancellationToken) => GuardAsync<ReturnPoint?>("RollbackFailed", "could not be gone back to", cancellationToken, async session =>
    {
        MySqlSwap.Require(point, server.Name);
        await _swap.FinishAsync(session, cancellationToken).ConfigureAwait(false);
        var label = MySqlSwap.LabelOf(point) + "-after";
        if (!await MySqlCatalog.ExistsAsync(session, point.Location, cancellationToken).ConfigureAwait(false))
        {
            if (await MySqlCatalog.ExistsAsync(session, server.Name, cancellationToken).ConfigureAwait(false)) return await _swap.LastAsync(session, label, cancellationToken).ConfigureAwait(false);
            throw new UpgradeException("RollbackFailed", UpgradeErrorCategory.ObjectNotFound, point.Location, $"Neither the kept database '{point.Location}' nor '{server.Name}' is on the server.", "Restore a backup.");
        }

        if (await SwapRecord.ReadAsync(session, point.Location, cancellationToken).ConfigureAwait(false) is not { IsKept: true } record) throw new UpgradeException("RollbackFailed", UpgradeErrorCategory.InvalidData, point.Location, $"The kept database '{point.Location}' isn't whole: nothing in it says that it was kept to the end.", "Go back to another one, or restore a backup.");
        await MySqlSessions.RequireUnusedAsync(session, server, cancellationToken).ConfigureAwait(false);
        var aside = await _swap.AsideAsync(session, label, cancellationToken).ConfigureAwait(false);
        await _swap.RunAsync(session, point.Location, aside, record.Events, cancellationToken).ConfigureAwait(false);
        return MySqlSwap.Point(aside, server.Name, label, DateTimeOffset.UtcNow, await MySqlSwap.SizeAsync(session, aside, CancellationToken.None).ConfigureAwait(false));
    });

    /// <summary>Drops a kept database.</summary>
    /// <param name="point">The kept database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task DropAsync(ReturnPoint point, CancellationToken cancellationToken) => point.Location.Length == 0 ? Task.CompletedTask : GuardAsync("DropFailed", "could not be dropped", cancellationToken, async session =>
    {
        MySqlSwap.Require(point, server.Name);
        if ((await SwapRecord.PendingAsync(session, server.Name, cancellationToken).ConfigureAwait(false)).Any(pending => pending.Aside == point.Location || pending.Record.Source == point.Location))
        {
            throw new UpgradeException("RollbackPointInUse", UpgradeErrorCategory.InvalidOperation, point.Location, $"'{point.Location}' is needed to finish a swap of '{server.Name}' that was cut short.", "Go back or restore again, which finishes it first; drop this one then.");
        }

        await MySqlSwap.DropAsync(session, point.Location, cancellationToken).ConfigureAwait(false);
        return true;
    });

    /// <summary>Lists what is kept of the live database.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<IReadOnlyList<ReturnPoint>> ListAsync(CancellationToken cancellationToken) => GuardAsync<IReadOnlyList<ReturnPoint>>("DatabaseQueryFailed", "could not be listed", cancellationToken, async session =>
    {
        var points = new List<ReturnPoint>();
        var start = MySqlSwap.KeptNameOf(server.Name, "");
        foreach (var name in (await MySqlCatalog.DatabasesAsync(session, start, cancellationToken).ConfigureAwait(false)).Order(StringComparer.Ordinal))
        {
            // Copies for a proof or a restore are not kept, and go by themselves; what a swap that was cut short has left is finished by the next one.
            if (await SwapRecord.ReadAsync(session, name, cancellationToken).ConfigureAwait(false) is not { IsKept: true } record || record.Live != server.Name) continue;
            points.Add(MySqlSwap.Point(name, server.Name, name[start.Length..], record.Created, await MySqlSwap.SizeAsync(session, name, cancellationToken).ConfigureAwait(false)));
        }

        return points;
    });

    // What is returned are the events that ran: the copy's are switched off.
    private async Task<IReadOnlyList<string>> CopyAsync(MySqlSession session, string kept, CancellationToken cancellationToken)
    {
        var dumper = await server.Tools.DumperAsync(session.Server, cancellationToken).ConfigureAwait(false);
        var loader = new MySqlLoader(await server.Tools.ClientAsync(cancellationToken).ConfigureAwait(false), server.Admin);
        var events = EventSwitch.Off();
        var filter = new DumpFilter { Events = events };
        await MySqlDumper.RunAsync(dumper, server.Admin, MySqlDumper.Everything(dumper), [server.Name], (dump, stop) => loader.RunAsync(kept, (input, token) => filter.RunAsync(dump, input.WriteAsync, token), stop), null, cancellationToken).ConfigureAwait(false);
        return filter.IsComplete ? events.Rested : throw new MySqlFailure(0, $"{dumper.Program} ended without its last line");
    }

    // Over a new session: the one at hand may be what broke.
    private async Task TryDropAsync(string kept)
    {
        try
        {
            var session = await server.OpenAdminAsync(CancellationToken.None).ConfigureAwait(false);
            await using (session.ConfigureAwait(false)) await MySqlSwap.DropAsync(session, kept, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is MySqlFailure or UpgradeException)
        {
            operation.Warning($"The database '{kept}', a copy that is of no use, may be left on the server of '{server.Live}': drop it there.");
        }
    }

    private Task<T> GuardAsync<T>(string errorId, string action, CancellationToken cancellationToken, Func<MySqlSession, Task<T>> work) => MySqlErrors.GuardAsync(server.Admin, errorId, action, async () =>
    {
        var session = await server.OpenAdminAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false)) return await work(session).ConfigureAwait(false);
    });
}
