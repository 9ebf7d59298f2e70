using System.Text;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Writes down what of a database can't be moved with its tables, as scripts of the dump program.</summary>
/// <param name="server">The server.</param>
internal sealed class MySqlObjects(MySqlServer server)
{
    /// <summary>Triggers, routines, events and views.</summary>
    /// <param name="session">A session.</param>
    /// <param name="database">The database.</param>
    /// <param name="events">Changes whether events run.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="MySqlFailure">It failed.</exception>
    public async Task<string> AllAsync(MySqlSession session, string database, EventSwitch events, CancellationToken cancellationToken)
    {
        var tool = await server.Tools.DumperAsync(session.Server, cancellationToken).ConfigureAwait(false);
        var text = await TextAsync(tool, MySqlDumper.Objects(tool), [database], events, cancellationToken).ConfigureAwait(false);
        var views = await MySqlCatalog.ViewsAsync(session, database, cancellationToken).ConfigureAwait(false);
        return views.Count == 0 ? text : await TextAsync(tool, MySqlDumper.Views(tool), [database, .. views], null, cancellationToken).ConfigureAwait(false) + text;
    }

    /// <summary>Triggers alone: of tables that are named, so that views which are broken don't count.</summary>
    /// <param name="session">A session.</param>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="MySqlFailure">It failed.</exception>
    public async Task<string> TriggersAsync(MySqlSession session, string database, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync($"SELECT DISTINCT EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = {MySqlText.Value(database)}", cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0) return "";
        var tool = await server.Tools.DumperAsync(session.Server, cancellationToken).ConfigureAwait(false);
        return await TextAsync(tool, MySqlDumper.Triggers(tool), [database, .. rows.Select(row => row[0]!).Order(StringComparer.Ordinal)], null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a script in a database.</summary>
    /// <param name="database">The database.</param>
    /// <param name="script">The script.</param>
    /// <exception cref="MySqlFailure">It failed.</exception>
    public async Task ReplayAsync(string database, string script)
    {
        if (script.Length == 0) return;
        var loader = new MySqlLoader(await server.Tools.ClientAsync(CancellationToken.None).ConfigureAwait(false), server.Admin);
        await loader.RunAsync(database, script, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task<string> TextAsync(MySqlTool tool, IReadOnlyList<string> arguments, IReadOnlyList<string> names, EventSwitch? events, CancellationToken cancellationToken)
    {
        var filter = new DumpFilter { Events = events };
        var text = new MemoryStream();
        await MySqlDumper.RunAsync(tool, server.Admin, arguments, names, (stream, stop) => filter.RunAsync(stream, text.WriteAsync, stop), null, cancellationToken).ConfigureAwait(false);
        return filter.IsComplete ? Encoding.UTF8.GetString(text.ToArray()) : throw new MySqlFailure(0, $"{tool.Program} ended without its last line");
    }
}
