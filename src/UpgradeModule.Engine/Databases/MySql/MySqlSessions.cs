using System.Diagnostics;
using System.Globalization;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Other sessions in a database.</summary>
internal static class MySqlSessions
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(250);

    /// <summary>Lists them, a line each, as far as the user may see them.</summary>
    /// <param name="session">A session.</param>
    /// <param name="database">The database.</param>
    /// <param name="own">Another session of ours.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IReadOnlyList<string>> ListAsync(MySqlSession session, string database, long own, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT ID, USER, HOST, COMMAND FROM information_schema.PROCESSLIST WHERE DB = {MySqlText.Value(database)} AND ID NOT IN (CONNECTION_ID(), {own}) ORDER BY ID"), cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => $"session {row[0]} of {row[1]} from {row[2]} ({row[3]})")];
    }

    /// <summary>Finds out whether the user would see the application's sessions: it sees its own, and others' with the right PROCESS alone.</summary>
    /// <param name="session">A session of the user.</param>
    /// <param name="server">The server.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The failure; <see langword="null"/> where it would.</returns>
    public static async Task<UpgradeException?> BlindnessAsync(MySqlSession session, MySqlServer server, CancellationToken cancellationToken)
    {
        var user = server.Admin.Credential.UserName;
        if (user == server.Live.Credential.UserName || (await MySqlGrants.ReadAsync(session, cancellationToken).ConfigureAwait(false)).HasEverywhere("PROCESS")) return null;
        return new UpgradeException("PermissionMissing", UpgradeErrorCategory.PermissionDenied, server.Admin.ToString(), $"Without the right PROCESS the user '{user}' sees no sessions but its own, and so not whether the application still uses '{server.Name}'.", $"GRANT PROCESS ON *.* to '{user}'.");
    }

    /// <summary>Waits a little until nobody is in a database.</summary>
    /// <param name="session">A session.</param>
    /// <param name="server">The server, and the database on it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>DatabaseInUse</c>; <c>PermissionMissing</c> where the user can't see who is.</exception>
    public static async Task RequireUnusedAsync(MySqlSession session, MySqlServer server, CancellationToken cancellationToken)
    {
        var place = server.Admin;
        if (await BlindnessAsync(session, server, cancellationToken).ConfigureAwait(false) is { } blind) throw blind;
        for (var since = Stopwatch.StartNew(); await ListAsync(session, place.Target.Name!, 0, cancellationToken).ConfigureAwait(false) is { Count: > 0 } sessions; await Task.Delay(s_between, cancellationToken).ConfigureAwait(false))
        {
            if (since.Elapsed < s_patience) continue;
            throw new UpgradeException("DatabaseInUse", UpgradeErrorCategory.ResourceBusy, place.ToString(), $"Others are connected to the database '{place}': {string.Join("; ", sessions)}.", "Stop the application and whatever else is connected, then do it again; nothing was changed.");
        }
    }
}
