using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using System.Text.RegularExpressions;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>Puts one database in the place of another, and names what is kept.</summary>
internal static partial class PostgresSwap
{
    private const string Mark = "__um_";
    private const string Kind = "Database";
    private const string LiveKey = "live";
    private const string LabelKey = "label";

    /// <summary>The name of a database that is kept: short enough, whole characters only, and one name for one label.</summary>
    /// <param name="live">The live database.</param>
    /// <param name="label">The label.</param>
    public static string KeptNameOf(string live, string label)
    {
        var safe = KeptName.Safe(label);
        var name = live + Mark + safe;
        if (Encoding.UTF8.GetByteCount(name) <= SqlText.MaxNameBytes) return name;
        var tail = Mark + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(live + "\0" + label)))[..12].ToLowerInvariant() + "_" + safe[^Math.Min(safe.Length, 10)..];
        var head = live;
        while (Encoding.UTF8.GetByteCount(head + tail) > SqlText.MaxNameBytes) head = head[..^(head.Length > 1 && char.IsLowSurrogate(head[^1]) ? 2 : 1)];
        return head + tail;
    }

    /// <summary>A name for what a swap displaces: the wanted one, or another where that one is taken.</summary>
    /// <param name="connection">A session on the server.</param>
    /// <param name="live">The live database.</param>
    /// <param name="label">The label.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<string> FreeNameAsync(PostgresConnection connection, string live, string label, CancellationToken cancellationToken)
    {
        var name = KeptNameOf(live, label);
        for (var number = 2; await PostgresCatalog.ExistsAsync(connection, name, cancellationToken).ConfigureAwait(false); number++) name = KeptNameOf(live, Numbered(label, number));
        return name;
    }

    /// <summary>What the last swap with this label displaced.</summary>
    /// <param name="connection">A session on the server.</param>
    /// <param name="live">The live database.</param>
    /// <param name="label">The label.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The kept database; <see langword="null"/> where there is none.</returns>
    public static async Task<DatabaseProperties?> LastAsync(PostgresConnection connection, string live, string label, CancellationToken cancellationToken)
    {
        DatabaseProperties? last = null;
        for (var number = 1; await PostgresCatalog.ReadAsync(connection, KeptNameOf(live, Numbered(label, number)), cancellationToken).ConfigureAwait(false) is { } found; number++) last = found;
        return last;
    }

    /// <summary>The label under which a database is kept of another.</summary>
    /// <param name="name">The database.</param>
    /// <param name="live">The live one.</param>
    /// <returns>The label; empty where the name was too long to tell it; <see langword="null"/> where it is not kept of that one.</returns>
    public static string? LabelIn(string name, string live)
    {
        // What is kept of a database that is itself called like a kept one is not of the first.
        if (name.StartsWith(live + Mark, StringComparison.Ordinal)) return name[(live.Length + Mark.Length)..] is { Length: > 0 } label && !label.Contains(Mark, StringComparison.Ordinal) ? label : null;
        var at = name.LastIndexOf(Mark, StringComparison.Ordinal);
        return at > 0 && at < live.Length && live.StartsWith(name[..at], StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(name) > SqlText.MaxNameBytes - 4 && Shortened().IsMatch(name[(at + Mark.Length)..]) ? "" : null;
    }

    /// <summary>Whether a database is one that was kept, so that it may be dropped.</summary>
    /// <param name="name">Its name.</param>
    public static bool IsKept(string name) => name.Contains(Mark, StringComparison.Ordinal);

    /// <summary>
    /// Puts a database in the place of the live one. Both renames are one transaction: the live name is there before, and it is there after,
    /// whatever dies in between.
    /// </summary>
    /// <param name="connection">A session beside them, of a role that may.</param>
    /// <param name="replacement">The database that takes the place.</param>
    /// <param name="live">The place.</param>
    /// <param name="kept">The name that the live one is kept under; <see langword="null"/> where there is no live one.</param>
    /// <param name="wait">What is done about sessions in them.</param>
    /// <param name="cancellationToken">Ends the work before the swap.</param>
    public static Task RunAsync(PostgresConnection connection, string replacement, string live, string? kept, SessionWait wait, CancellationToken cancellationToken)
    {
        var rename = $"ALTER DATABASE {SqlText.Name(replacement)} RENAME TO {SqlText.Name(live)}";
        return kept is null
            ? PostgresSessions.ExecuteAloneAsync(connection, [replacement], rename, wait, cancellationToken)
            : PostgresSessions.ExecuteAloneAsync(connection, [live, replacement], $"ALTER DATABASE {SqlText.Name(live)} RENAME TO {SqlText.Name(kept)}; {rename}", wait, cancellationToken);
    }

    /// <summary>Drops a database that only we know of, with whatever session of ours is left in it.</summary>
    /// <param name="connection">A session beside it.</param>
    /// <param name="database">Its name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task DiscardAsync(PostgresConnection connection, string database, CancellationToken cancellationToken)
    {
        if (connection.Major >= 13)
        {
            try
            {
                await connection.ExecuteAsync($"DROP DATABASE IF EXISTS {SqlText.Name(database)} WITH (FORCE)", cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                // The server's own vacuum is in it, and is nobody's to end: without force, the server sends it away itself.
            }
        }

        await DropAsync(connection, database, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Drops a database, where it is there.</summary>
    /// <param name="connection">A session beside it.</param>
    /// <param name="database">Its name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task DropAsync(PostgresConnection connection, string database, CancellationToken cancellationToken)
    {
        if (await PostgresCatalog.ExistsAsync(connection, database, cancellationToken).ConfigureAwait(false))
        {
            await PostgresSessions.ExecuteAloneAsync(connection, [database], $"DROP DATABASE IF EXISTS {SqlText.Name(database)}", new SessionWait(), cancellationToken).ConfigureAwait(false);
        }
    }

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

    [GeneratedRegex("^[0-9a-f]{12}_")]
    private static partial Regex Shortened();

    private static string Numbered(string label, int number) => number == 1 ? label : $"{label}-{number.ToString(CultureInfo.InvariantCulture)}";
}
