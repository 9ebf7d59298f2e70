using System.Globalization;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>
/// What is written down beside kept data, in a table of its database: that it is whole; or, while a swap goes on, all that is needed to finish it. No DDL of
/// these servers takes part in a transaction, so a swap that was cut short is finished, not undone.
/// </summary>
internal sealed record SwapRecord
{
    private const string Kept = "kept";
    private const string Swapping = "swapping";
    private const string Yes = "yes";
    private const string Unknown = "?";

    /// <summary>The table's name.</summary>
    public const string Table = "um_kept";

    /// <summary>Whether the data is whole, and no swap goes on.</summary>
    public bool IsKept { get; init; }

    /// <summary>The live database.</summary>
    public string Live { get; init; } = "";

    /// <summary>The database that takes its place, while a swap goes on.</summary>
    public string Source { get; init; } = "";

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>The tables that were live.</summary>
    public IReadOnlyList<string> LiveTables { get; init; } = [];

    /// <summary>The tables that take their place.</summary>
    public IReadOnlyList<string> SourceTables { get; init; } = [];

    /// <summary>The triggers, routines, events and views that were live, as a script.</summary>
    public string LiveObjects { get; init; } = "";

    /// <summary>Those that take their place.</summary>
    public string SourceObjects { get; init; } = "";

    /// <summary>The character set of the database that takes the place.</summary>
    public string CharacterSet { get; init; } = "";

    /// <summary>The triggers that were live alone, for a swap that is taken back; <see langword="null"/> where nothing was written of them.</summary>
    public string? LiveTriggers { get; init; }

    /// <summary>Those of the database that takes the place.</summary>
    public string SourceTriggers { get; init; } = "";

    /// <summary>The events that ran where the data was live: in what is kept they are switched off.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>The rights on single routines that were live, as <see cref="RoutineGrants"/> reads them: they go with a routine.</summary>
    public IReadOnlyList<string> RoutineGrants { get; init; } = [];

    /// <summary>Whether the live database has all that it is to have, and only what is kept isn't whole yet.</summary>
    public bool IsLiveWhole { get; init; }

    /// <summary>Finds the swaps of a live database that were cut short.</summary>
    /// <param name="session">A session.</param>
    /// <param name="live">The live database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The databases that the records are in, and the records.</returns>
    public static async Task<IReadOnlyList<(string Aside, SwapRecord Record)>> PendingAsync(MySqlSession session, string live, CancellationToken cancellationToken)
    {
        var found = new List<(string, SwapRecord)>();
        foreach (var name in (await MySqlCatalog.DatabasesAsync(session, MySqlText.StartBeside(live), cancellationToken).ConfigureAwait(false)).Where(MySqlSwap.IsKept))
        {
            if (await ReadAsync(session, name, cancellationToken).ConfigureAwait(false) is { IsKept: false } record && record.Live == live) found.Add((name, record));
        }

        return found;
    }

    /// <summary>Reads it.</summary>
    /// <param name="session">A session.</param>
    /// <param name="database">The database beside the live one.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The record; <see langword="null"/> where the database isn't there, or isn't whole and nothing was begun with it.</returns>
    public static async Task<SwapRecord?> ReadAsync(MySqlSession session, string database, CancellationToken cancellationToken)
    {
        var there = await session.NumberAsync($"SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = {MySqlText.Value(database)} AND TABLE_NAME = '{Table}'", cancellationToken).ConfigureAwait(false);
        if (there == 0) return null;
        var rows = await session.QueryAsync($"SELECT name, HEX(value) FROM {MySqlText.Name(database)}.{Table}", cancellationToken).ConfigureAwait(false);
        var values = rows.ToDictionary(row => row[0]!, row => System.Text.Encoding.UTF8.GetString(Convert.FromHexString(row[1] ?? "")), StringComparer.Ordinal);
        if (!values.TryGetValue("state", out var state)) return null;
        return new SwapRecord
        {
            IsKept = state == Kept,
            Live = Get("live"),
            Source = Get("source"),
            Created = DateTimeOffset.TryParse(Get("created"), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : DateTimeOffset.UtcNow,
            LiveTables = Names("live-tables"),
            SourceTables = Names("source-tables"),
            LiveObjects = Get("live-objects"),
            SourceObjects = Get("source-objects"),
            CharacterSet = Get("character-set"),
            LiveTriggers = values.GetValueOrDefault("live-triggers") is { } triggers && triggers != Unknown ? triggers : null,
            SourceTriggers = Get("source-triggers"),
            Events = Names("events"),
            RoutineGrants = Names("routine-grants"),
            IsLiveWhole = Get("live-whole") == Yes,
        };

        string Get(string name) => values.GetValueOrDefault(name, "");
        IReadOnlyList<string> Names(string name) => [.. Get(name).Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
    }

    /// <summary>Writes it, all or nothing.</summary>
    /// <param name="session">A session.</param>
    /// <param name="database">The database beside the live one.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task WriteAsync(MySqlSession session, string database, CancellationToken cancellationToken)
    {
        var table = $"{MySqlText.Name(database)}.{Table}";
        await session.ExecuteAsync($"CREATE TABLE IF NOT EXISTS {table} (name VARCHAR(40) CHARACTER SET ascii NOT NULL PRIMARY KEY, value LONGBLOB NOT NULL) ENGINE = InnoDB", cancellationToken).ConfigureAwait(false);
        (string Name, string Value)[] values =
        [
            ("state", IsKept ? Kept : Swapping), ("live", Live), ("source", Source), ("created", Created.ToString("O", CultureInfo.InvariantCulture)),
            ("live-tables", Join(LiveTables)), ("source-tables", Join(SourceTables)), ("live-objects", LiveObjects), ("source-objects", SourceObjects), ("character-set", CharacterSet),
            ("live-triggers", LiveTriggers ?? Unknown), ("source-triggers", SourceTriggers), ("events", Join(Events)), ("routine-grants", Join(RoutineGrants)), ("live-whole", IsLiveWhole ? Yes : "no"),
        ];
        await session.ExecuteAsync($"REPLACE INTO {table} (name, value) VALUES {string.Join(", ", values.Select(pair => $"('{pair.Name}', {MySqlText.Bytes(pair.Value)})"))}", cancellationToken).ConfigureAwait(false);
    }

    private static string Join(IReadOnlyList<string> names) => string.Join('/', names.Select(Uri.EscapeDataString));
}
