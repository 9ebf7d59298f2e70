using System.Globalization;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>
/// Puts the data of one database in the place of the live one's, which is kept in a third: these servers can't rename a database. All tables change places in
/// one statement; triggers, which can't move, and views, routines and events are made anew from the dump program's own script of them.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="operation">Who is told what can't be kept.</param>
internal sealed class MySqlSwap(MySqlServer server, IOperationContext operation)
{
    private const string Mark = "__um_";
    private const string Kind = "Database";
    private const string LiveKey = "live";
    private const string LabelKey = "label";
    private const int MostNames = 1000;
    private readonly MySqlObjects _objects = new(server);

    /// <summary>The name of a database that is kept.</summary>
    /// <param name="live">The live database.</param>
    /// <param name="label">The label.</param>
    public static string KeptNameOf(string live, string label) => MySqlText.Beside(live, Mark + KeptName.Safe(label));

    /// <summary>Whether a database is one that was kept, so that it may be dropped.</summary>
    /// <param name="name">Its name.</param>
    public static bool IsKept(string name) => name.Contains(Mark, StringComparison.Ordinal);

    /// <summary>Describes a kept database.</summary>
    /// <param name="location">Its name; empty where nothing was there to keep.</param>
    /// <param name="live">The live database.</param>
    /// <param name="label">Its label.</param>
    /// <param name="created">When it was made.</param>
    /// <param name="size">Its size in bytes.</param>
    public static ReturnPoint Point(string location, string live, string label, DateTimeOffset created, long? size) =>
        new() { Kind = Kind, Location = location, Created = created, Size = size, Data = new Dictionary<string, string> { [LiveKey] = live, [LabelKey] = label } };

    /// <summary>The label of a kept database.</summary>
    /// <param name="point">The kept database.</param>
    public static string LabelOf(ReturnPoint point) => point.Data.GetValueOrDefault(LabelKey, "rollback");

    /// <summary>Fails where a state is not a kept database of this place.</summary>
    /// <param name="point">The state.</param>
    /// <param name="live">The live database.</param>
    /// <exception cref="UpgradeException"><c>RollbackPointInUse</c>, <c>RollbackFailed</c>.</exception>
    public static void Require(ReturnPoint point, string live)
    {
        if (point.Location == live) throw new UpgradeException("RollbackPointInUse", UpgradeErrorCategory.InvalidOperation, point.Location, $"'{point.Location}' is the live database.", "Leave it: the application uses it.");
        if (point.Kind != Kind || !IsKept(point.Location)) throw new UpgradeException("RollbackFailed", UpgradeErrorCategory.InvalidArgument, point.Location, $"'{point.Location}' is no database that was kept for the way back.");
    }

    /// <summary>Finds the database that a swap keeps the live data in: a free name, or one in which nothing was begun.</summary>
    /// <param name="session">A session.</param>
    /// <param name="label">The label.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<string> AsideAsync(MySqlSession session, string label, CancellationToken cancellationToken)
    {
        for (var number = 1; number < MostNames; number++)
        {
            var name = KeptNameOf(server.Name, Numbered(label, number));
            if (!await MySqlCatalog.ExistsAsync(session, name, cancellationToken).ConfigureAwait(false)) return name;
            if (await SwapRecord.ReadAsync(session, name, cancellationToken).ConfigureAwait(false) is not null) continue;
            // Without a record it has nothing yet but its name, or isn't ours.
            if ((await MySqlCatalog.TablesAsync(session, name, cancellationToken).ConfigureAwait(false)).All(table => table.Name == SwapRecord.Table)) return name;
        }

        throw new MySqlFailure(0, $"there are {MostNames.ToString(CultureInfo.InvariantCulture)} kept databases of that name");
    }

    /// <summary>What the last swap with a label displaced.</summary>
    /// <param name="session">A session.</param>
    /// <param name="label">The label.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<ReturnPoint?> LastAsync(MySqlSession session, string label, CancellationToken cancellationToken)
    {
        ReturnPoint? last = null;
        for (var number = 1; number < MostNames; number++)
        {
            var name = KeptNameOf(server.Name, Numbered(label, number));
            if (await SwapRecord.ReadAsync(session, name, cancellationToken).ConfigureAwait(false) is not { IsKept: true } record) break;
            last = Point(name, server.Name, label, record.Created, await SizeAsync(session, name, cancellationToken).ConfigureAwait(false));
        }

        return last;
    }

    /// <summary>Swaps. What was begun is no longer cancelled; a failure before the tables have moved takes all back.</summary>
    /// <param name="session">A session beside them.</param>
    /// <param name="source">The database that takes the place; gone afterwards.</param>
    /// <param name="aside">The database that keeps what was live.</param>
    /// <param name="events">The events of the source that are switched off in it, and run again where it is live.</param>
    /// <param name="cancellationToken">Ends the work before the swap.</param>
    public async Task RunAsync(MySqlSession session, string source, string aside, IReadOnlyCollection<string> events, CancellationToken cancellationToken)
    {
        if (await MySqlCoverage.ForeignReferencesAsync(session, server.Admin, cancellationToken).ConfigureAwait(false) is { } obstacle) throw obstacle;
        var record = await PrepareAsync(session, source, aside, events, cancellationToken).ConfigureAwait(false);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Nobody should hold these tables; whoever does must not leave the live ones without triggers for long.
            await session.ExecuteAsync("SET SESSION lock_wait_timeout = 15", CancellationToken.None).ConfigureAwait(false);
            await MySqlCatalog.DropObjectsAsync(session, server.Name, triggersOnly: true, CancellationToken.None).ConfigureAwait(false);
            await MySqlCatalog.DropObjectsAsync(session, source, triggersOnly: true, CancellationToken.None).ConfigureAwait(false);
            await MoveAsync(session, record, aside).ConfigureAwait(false);
            await session.ExecuteAsync("SET SESSION lock_wait_timeout = 60", CancellationToken.None).ConfigureAwait(false);
        }
        catch
        {
            await TryTakeBackAsync(record, aside).ConfigureAwait(false);
            throw;
        }

        await CompleteAsync(session, record, aside).ConfigureAwait(false);
    }

    /// <summary>Finishes what was cut short before: a swap whose tables have moved goes on to its end, one whose tables haven't is taken back.</summary>
    /// <param name="session">A session beside them.</param>
    /// <param name="cancellationToken">Ends the work before anything is done.</param>
    public async Task FinishAsync(MySqlSession session, CancellationToken cancellationToken)
    {
        foreach (var (aside, record) in await SwapRecord.PendingAsync(session, server.Name, cancellationToken).ConfigureAwait(false))
        {
            await MySqlSessions.RequireUnusedAsync(session, server, cancellationToken).ConfigureAwait(false);
            if (await IsUnmovedAsync(session, record, aside).ConfigureAwait(false))
            {
                operation.Verbose($"A swap of '{record.Live}' that was cut short before its tables had moved is taken back.");
                await TakeBackAsync(session, record, aside).ConfigureAwait(false);
                continue;
            }

            operation.Warning($"A swap of the database '{record.Live}' had been cut short, and is finished first. What it displaced is kept as '{aside}'.");
            if (!record.IsLiveWhole)
            {
                await MySqlCatalog.DropObjectsAsync(session, record.Live, triggersOnly: true, CancellationToken.None).ConfigureAwait(false);
                await MySqlCatalog.DropObjectsAsync(session, record.Source, triggersOnly: true, CancellationToken.None).ConfigureAwait(false);
                await MoveAsync(session, record, aside).ConfigureAwait(false);
            }

            await CompleteAsync(session, record, aside).ConfigureAwait(false);
        }
    }

    /// <summary>Drops a database that only we know of.</summary>
    /// <param name="session">A session beside it.</param>
    /// <param name="database">Its name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static Task DropAsync(MySqlSession session, string database, CancellationToken cancellationToken) => session.ExecuteAsync($"DROP DATABASE IF EXISTS {MySqlText.Name(database)}", cancellationToken);

    /// <summary>The size of a database in bytes, nearly.</summary>
    /// <param name="session">A session.</param>
    /// <param name="database">Its name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<long> SizeAsync(MySqlSession session, string database, CancellationToken cancellationToken) =>
        (await MySqlCatalog.TablesAsync(session, database, cancellationToken).ConfigureAwait(false)).Sum(table => table.Size);

    private async Task<SwapRecord> PrepareAsync(MySqlSession session, string source, string aside, IReadOnlyCollection<string> events, CancellationToken cancellationToken)
    {
        var live = server.Name;
        var charset = await MySqlCatalog.CharacterSetAsync(session, live, cancellationToken).ConfigureAwait(false);
        if (charset is null) await session.ExecuteAsync($"CREATE DATABASE {MySqlText.Name(live)}", cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync($"CREATE DATABASE IF NOT EXISTS {MySqlText.Name(aside)} {charset}", cancellationToken).ConfigureAwait(false);
        try
        {
            var off = EventSwitch.Off();
            var record = new SwapRecord
            {
                Live = live,
                Source = source,
                Created = DateTimeOffset.UtcNow,
                LiveTables = await NamesAsync(session, live, cancellationToken).ConfigureAwait(false),
                SourceTables = await NamesAsync(session, source, cancellationToken).ConfigureAwait(false),
                LiveObjects = await LiveObjectsAsync(session, aside, off, cancellationToken).ConfigureAwait(false),
                SourceObjects = await _objects.AllAsync(session, source, EventSwitch.On(events), cancellationToken).ConfigureAwait(false),
                CharacterSet = await MySqlCatalog.CharacterSetAsync(session, source, cancellationToken).ConfigureAwait(false) ?? "",
                LiveTriggers = await LiveTriggersAsync(session, cancellationToken).ConfigureAwait(false),
                SourceTriggers = await _objects.TriggersAsync(session, source, cancellationToken).ConfigureAwait(false),
                RoutineGrants = await RoutineGrants.ReadAsync(session, live, operation, cancellationToken).ConfigureAwait(false),
            };
            record = record with { Events = [.. off.Rested] };
            await record.WriteAsync(session, aside, cancellationToken).ConfigureAwait(false);
            return record;
        }
        catch
        {
            await DropAsync(session, aside, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    // One statement, which servers that can do so do as a whole; what one that can't has left over is moved by the next try.
    private static async Task MoveAsync(MySqlSession session, SwapRecord record, string aside)
    {
        var there = (await NamesAsync(session, record.Source, CancellationToken.None).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal);
        var moved = (await NamesAsync(session, aside, CancellationToken.None).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal);
        List<string> moves =
        [
            .. record.LiveTables.Where(table => !moved.Contains(table)).Select(table => Move(record.Live, aside, table)),
            .. record.SourceTables.Where(there.Contains).Select(table => Move(record.Source, record.Live, table)),
        ];
        if (moves.Count > 0) await session.ExecuteAsync("RENAME TABLE " + string.Join(", ", moves), CancellationToken.None).ConfigureAwait(false);
    }

    // The live database first, and only once: the application may have gone on with it since.
    private async Task CompleteAsync(MySqlSession session, SwapRecord record, string aside)
    {
        if (!record.IsLiveWhole)
        {
            await MySqlCatalog.DropObjectsAsync(session, record.Live, triggersOnly: false, CancellationToken.None).ConfigureAwait(false);
            if (record.CharacterSet.Length > 0) await session.ExecuteAsync($"ALTER DATABASE {MySqlText.Name(record.Live)} {record.CharacterSet}", CancellationToken.None).ConfigureAwait(false);
            await _objects.ReplayAsync(record.Live, record.SourceObjects).ConfigureAwait(false);
            await RoutineGrants.ReplayAsync(session, record.RoutineGrants, operation).ConfigureAwait(false);
            record = record with { IsLiveWhole = true };
            await record.WriteAsync(session, aside, CancellationToken.None).ConfigureAwait(false);
        }

        await MySqlCatalog.DropObjectsAsync(session, aside, triggersOnly: false, CancellationToken.None).ConfigureAwait(false);
        await KeepObjectsAsync(() => _objects.ReplayAsync(aside, record.LiveObjects), aside).ConfigureAwait(false);
        await DropEmptyAsync(session, record.Source).ConfigureAwait(false);
        var kept = new SwapRecord { IsKept = true, Live = record.Live, Created = record.Created, LiveTables = record.LiveTables, Events = record.Events };
        await kept.WriteAsync(session, aside, CancellationToken.None).ConfigureAwait(false);
    }

    // The live tables move first, so that nothing has moved as long as none is aside.
    private static async Task<bool> IsUnmovedAsync(MySqlSession session, SwapRecord record, string aside)
    {
        if (record.LiveTriggers is null || record.IsLiveWhole || (await NamesAsync(session, aside, CancellationToken.None).ConfigureAwait(false)).Count > 0) return false;
        if (record.LiveTables.Count > 0) return true;
        var there = await NamesAsync(session, record.Source, CancellationToken.None).ConfigureAwait(false);
        return record.SourceTables.Count > 0 && record.SourceTables.All(there.Contains);
    }

    // The record goes before a copy does, and after all that it is needed for.
    private async Task TakeBackAsync(MySqlSession session, SwapRecord record, string aside)
    {
        await MySqlCatalog.DropObjectsAsync(session, record.Live, triggersOnly: true, CancellationToken.None).ConfigureAwait(false);
        await _objects.ReplayAsync(record.Live, record.LiveTriggers ?? "").ConfigureAwait(false);
        var isCopy = await SwapRecord.ReadAsync(session, record.Source, CancellationToken.None).ConfigureAwait(false) is null;
        if (!isCopy)
        {
            await MySqlCatalog.DropObjectsAsync(session, record.Source, triggersOnly: true, CancellationToken.None).ConfigureAwait(false);
            await _objects.ReplayAsync(record.Source, record.SourceTriggers).ConfigureAwait(false);
        }

        await DropAsync(session, aside, CancellationToken.None).ConfigureAwait(false);
        if (isCopy && MySqlCopy.IsCopy(record.Source)) await DropAsync(session, record.Source, CancellationToken.None).ConfigureAwait(false);
    }

    // Over a new session: the one at hand may be what broke.
    private async Task TryTakeBackAsync(SwapRecord record, string aside)
    {
        try
        {
            var session = await server.OpenAdminAsync(CancellationToken.None).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                if (await IsUnmovedAsync(session, record, aside).ConfigureAwait(false)) await TakeBackAsync(session, record, aside).ConfigureAwait(false);
                else operation.Warning($"The tables of '{record.Live}' have changed places, and its triggers, views, routines and events may be missing: do it again, which finishes it first, before the application is started.");
            }
        }
        catch (Exception failure) when (failure is MySqlFailure or UpgradeException or InvalidOperationException or IOException)
        {
            operation.Warning($"The database '{record.Live}' may have lost its triggers by a swap that was cut short, and they could not be made again: do it again, which puts that right first, before the application is started. {failure.Message}");
        }
    }

    private static string Move(string from, string to, string table) => $"{MySqlText.Name(from)}.{MySqlText.Name(table)} TO {MySqlText.Name(to)}.{MySqlText.Name(table)}";

    private static async Task DropEmptyAsync(MySqlSession session, string source)
    {
        var left = await NamesAsync(session, source, CancellationToken.None).ConfigureAwait(false);
        if (left.Count > 0) throw new MySqlFailure(0, $"the database '{source}' still has the table '{left[0]}', which the swap should have moved");
        await DropAsync(session, source, CancellationToken.None).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(MySqlSession session, string database, CancellationToken cancellationToken) =>
        [.. (await MySqlCatalog.TablesAsync(session, database, cancellationToken).ConfigureAwait(false)).Select(table => table.Name).Where(name => name != SwapRecord.Table)];

    // A migration that failed may have left views without their tables, and that is when the way back is needed: they must not be in it.
    private async Task<string> LiveObjectsAsync(MySqlSession session, string aside, EventSwitch events, CancellationToken cancellationToken)
    {
        var objects = "";
        await KeepObjectsAsync(async () => objects = await _objects.AllAsync(session, server.Name, events, cancellationToken).ConfigureAwait(false), aside).ConfigureAwait(false);
        return objects;
    }

    // A swap goes on without them, and is finished, not taken back.
    private async Task<string?> LiveTriggersAsync(MySqlSession session, CancellationToken cancellationToken)
    {
        try
        {
            return await _objects.TriggersAsync(session, server.Name, cancellationToken).ConfigureAwait(false);
        }
        catch (MySqlFailure)
        {
            return null;
        }
    }

    private async Task KeepObjectsAsync(Func<Task> keep, string aside)
    {
        try
        {
            await keep().ConfigureAwait(false);
        }
        catch (MySqlFailure failure)
        {
            operation.Warning($"Of what was live, the database '{aside}' keeps all tables, but not all triggers, views, routines and events: {failure.Message}");
        }
    }

    private static string Numbered(string label, int number) => number == 1 ? label : $"{label}-{number.ToString(CultureInfo.InvariantCulture)}";
}
