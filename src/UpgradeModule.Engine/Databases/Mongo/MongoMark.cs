using System.Globalization;
using System.Text.Json.Nodes;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Mongo;

/// <summary>Names of databases beside the live one, and the mark in a kept one that says that it is whole.</summary>
internal static class MongoMark
{
    private const int MaxName = 63;
    private const string Mark = "__um_";
    private const string CopyMark = "__um_c_";
    private const string Kind = "Database";
    private const string LiveKey = "live";
    private const string LabelKey = "label";

    /// <summary>The name of a database that is kept.</summary>
    /// <param name="live">The live database.</param>
    /// <param name="label">The label.</param>
    public static string KeptNameOf(string live, string label) => Beside(live, Mark + KeptName.Safe(label).Replace('.', '-'));

    /// <summary>A name for a copy that lasts as long as this process.</summary>
    /// <param name="live">The live database.</param>
    public static string CopyNameOf(string live) => Beside(live, CopyMark + ProcessMark.Make());

    /// <summary>Whether a database is a copy of a process that is no more.</summary>
    /// <param name="live">The live database.</param>
    /// <param name="name">Its name.</param>
    public static bool IsStale(string live, string name) => name.StartsWith(live + CopyMark, StringComparison.Ordinal) && ProcessMark.IsStale(name[(live.Length + CopyMark.Length)..]);

    /// <summary>Whether a database is a copy that goes by itself.</summary>
    /// <param name="live">The live database.</param>
    /// <param name="name">Its name.</param>
    public static bool IsCopy(string live, string name) => name.StartsWith(live + CopyMark, StringComparison.Ordinal);

    /// <summary>Marks a database as whole.</summary>
    /// <param name="server">The server.</param>
    /// <param name="database">The database.</param>
    /// <param name="source">The kept database that took the live one's place, where that is why this one was made.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static Task WriteAsync(MongoServer server, string database, string source, CancellationToken cancellationToken) =>
        server.AskAsync("mark", new JsonObject { ["database"] = database, ["document"] = new JsonObject { ["_id"] = "um", ["live"] = server.Name, ["source"] = source, ["created"] = DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture) } }, cancellationToken);

    /// <summary>Reads the mark.</summary>
    /// <param name="server">The server.</param>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>When it was made, and from what it was swapped; <see langword="null"/> where it isn't whole or isn't there.</returns>
    public static async Task<(DateTimeOffset Created, string Source)?> ReadAsync(MongoServer server, string database, CancellationToken cancellationToken)
    {
        if (await server.AskAsync("marked", new JsonObject { ["database"] = database }, cancellationToken).ConfigureAwait(false) is not JsonObject mark || (string?)mark["live"] != server.Name) return null;
        var created = DateTimeOffset.TryParse((string?)mark["created"], CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : DateTimeOffset.UtcNow;
        return (created, (string?)mark["source"] ?? "");
    }

    /// <summary>Describes a kept database.</summary>
    /// <param name="location">Its name.</param>
    /// <param name="live">The live database.</param>
    /// <param name="label">Its label.</param>
    /// <param name="created">When it was made.</param>
    public static ReturnPoint Point(string location, string live, string label, DateTimeOffset created) =>
        new() { Kind = Kind, Location = location, Created = created, Data = new Dictionary<string, string> { [LiveKey] = live, [LabelKey] = label } };

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
        if (point.Kind != Kind || !point.Location.Contains(Mark, StringComparison.Ordinal)) throw new UpgradeException("RollbackFailed", UpgradeErrorCategory.InvalidArgument, point.Location, $"'{point.Location}' is no database that was kept for the way back.");
    }

    private static string Beside(string live, string end)
    {
        if (live.Length + end.Length <= MaxName) return live + end;
        var mark = "_" + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(live + end)))[..10].ToLowerInvariant();
        var kept = end.Length > 36 ? end[..36] : end;
        return live[..Math.Min(live.Length, MaxName - kept.Length - mark.Length)] + kept + mark;
    }
}
