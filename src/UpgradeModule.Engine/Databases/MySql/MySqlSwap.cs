using System.Globalization;
using System.Text;
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

    /// <summary>Finds the database that a swap keeps the live data in: a free name, or the one in which a swap from the same source was cut short.</summary>
    /// <param name="session">A session.</param>
    /// <param name="source">The database that takes the place.</param>
    /// <param name="label">The label.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<string> AsideAsync(MySqlSession session, string source, string label, CancellationToken cancellationToken)
    {
        for (var number = 1; number < MostNames; number++)
        {
            var name = KeptNameOf(server.Name, Numbered(label, number));
            if (!await MySqlCatalog.ExistsAsync(session, name, cancellationToken).ConfigureAwait(false)) return name;
            var record = await SwapRecord.ReadAsync(session, name, cancellationToken).ConfigureAwait(false);
            // Without a record it has nothing yet but its name, or isn't ours.
            if (record is null ? (await MySqlCatalog.TablesAsync(session, name, cancellationToken).ConfigureAwait(false)).All(table => table.Name == SwapRecord.Table) : !record.IsKept && record.Source == source) return name;
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

    /// <summary>Swaps, or finishes a swap that was cut short. What was begun is no longer cancelled.</summary>
    /// <param name="session">A session beside them.</param>
    /// <param name="source">The database that takes the place; gone afterwards.</param>
    /// <param name="aside">The database that keeps what was live.</param>
    /// <param name="cancellationToken">Ends the work before the swap.</param>
    public async Task RunAsync(MySqlSession session, string source, string aside, CancellationToken cancellationToken)
    {
        var record = await SwapRecord.ReadAsync(session, aside, cancellationToken).ConfigureAwait(false) ?? await PrepareAsync(session, source, aside, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        var live = server.Name;
        await MySqlCatalog.DropObjectsAsync(session, live, triggersOnly: true, CancellationToken.None).ConfigureAwait(false);
        await MySqlCatalog.DropObjectsAsync(session, source, triggersOnly: true, CancellationToken.None).ConfigureAwait(false);
        await MoveAsync(session, record, aside).ConfigureAwait(false);
        await MySqlCatalog.DropObjectsAsync(session, live, triggersOnly: false, CancellationToken.None).ConfigureAwait(false);
        await MySqlCatalog.DropObjectsAsync(session, aside, triggersOnly: false, CancellationToken.None).ConfigureAwait(false);
        if (record.CharacterSet.Length > 0) await session.ExecuteAsync($"ALTER DATABASE {MySqlText.Name(live)} {record.CharacterSet}", CancellationToken.None).ConfigureAwait(false);
        var loader = new MySqlLoader(await server.Tools.ClientAsync(CancellationToken.None).ConfigureAwait(false), server.Admin);
        await loader.RunAsync(live, record.SourceObjects, CancellationToken.None).ConfigureAwait(false);
        await KeepObjectsAsync(() => loader.RunAsync(aside, record.LiveObjects, CancellationToken.None), aside).ConfigureAwait(false);
        await DropEmptyAsync(session, source).ConfigureAwait(false);
        await (record with { IsKept = true, LiveObjects = "", SourceObjects = "", Source = "" }).WriteAsync(session, aside, CancellationToken.None).ConfigureAwait(false);
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

    private async Task<SwapRecord> PrepareAsync(MySqlSession session, string source, string aside, CancellationToken cancellationToken)
    {
        var live = server.Name;
        var charset = await MySqlCatalog.CharacterSetAsync(session, live, cancellationToken).ConfigureAwait(false);
        if (charset is null) await session.ExecuteAsync($"CREATE DATABASE {MySqlText.Name(live)}", cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync($"CREATE DATABASE IF NOT EXISTS {MySqlText.Name(aside)} {charset}", cancellationToken).ConfigureAwait(false);
        try
        {
            var record = new SwapRecord
            {
                Live = live,
                Source = source,
                Created = DateTimeOffset.UtcNow,
                LiveTables = await NamesAsync(session, live, cancellationToken).ConfigureAwait(false),
                SourceTables = await NamesAsync(session, source, cancellationToken).ConfigureAwait(false),
                LiveObjects = await LiveObjectsAsync(session, aside, cancellationToken).ConfigureAwait(false),
                SourceObjects = await ObjectsAsync(session, source, cancellationToken).ConfigureAwait(false),
                CharacterSet = await MySqlCatalog.CharacterSetAsync(session, source, cancellationToken).ConfigureAwait(false) ?? "",
            };
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
    private async Task MoveAsync(MySqlSession session, SwapRecord record, string aside)
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
    private async Task<string> LiveObjectsAsync(MySqlSession session, string aside, CancellationToken cancellationToken)
    {
        var objects = "";
        await KeepObjectsAsync(async () => objects = await ObjectsAsync(session, server.Name, cancellationToken).ConfigureAwait(false), aside).ConfigureAwait(false);
        return objects;
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

    private async Task<string> ObjectsAsync(MySqlSession session, string database, CancellationToken cancellationToken)
    {
        var tool = await server.Tools.DumperAsync(session.Server, cancellationToken).ConfigureAwait(false);
        var text = await TextAsync(tool, MySqlDumper.Objects(tool), [database], cancellationToken).ConfigureAwait(false);
        var views = await MySqlCatalog.ViewsAsync(session, database, cancellationToken).ConfigureAwait(false);
        return views.Count == 0 ? text : await TextAsync(tool, MySqlDumper.Views(tool), [database, .. views], cancellationToken).ConfigureAwait(false) + text;
    }

    private async Task<string> TextAsync(MySqlTool tool, IReadOnlyList<string> arguments, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var filter = new DumpFilter();
        var text = new MemoryStream();
        await MySqlDumper.RunAsync(tool, server.Admin, arguments, names, (stream, stop) => filter.RunAsync(stream, text.WriteAsync, stop), null, cancellationToken).ConfigureAwait(false);
        return filter.IsComplete ? Encoding.UTF8.GetString(text.ToArray()) : throw new MySqlFailure(0, $"{tool.Program} ended without its last line");
    }

    private static string Numbered(string label, int number) => number == 1 ? label : $"{label}-{number.ToString(CultureInfo.InvariantCulture)}";
}
