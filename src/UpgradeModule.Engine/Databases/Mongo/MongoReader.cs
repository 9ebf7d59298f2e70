using System.Text.Json.Nodes;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Databases.Mongo;

/// <summary>Reads counts and invariants.</summary>
/// <param name="server">The server.</param>
internal sealed class MongoReader(MongoServer server)
{
    /// <summary>Counts the documents of every collection.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyList<TableCount>> CountAsync(CancellationToken cancellationToken)
    {
        var answer = await server.AskAsync("count", [], cancellationToken).ConfigureAwait(false) as JsonArray ?? [];
        return [.. answer.Select(one => new TableCount { Table = (string)one!["name"]!, Rows = (long)one["rows"]!.GetValue<double>() }).OrderBy(table => table.Table, StringComparer.Ordinal)];
    }

    /// <summary>Runs commands of app definitions.</summary>
    /// <param name="commands">The commands.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The value of each, or why there is none.</returns>
    public async Task<IReadOnlyList<(string? Value, MongoFailure? Failure)>> AskAsync(IEnumerable<JsonObject> commands, CancellationToken cancellationToken)
    {
        var answer = await server.AskAsync("ask", new JsonObject { ["commands"] = new JsonArray([.. commands]) }, cancellationToken).ConfigureAwait(false) as JsonArray ?? [];
        return [.. answer.Select(one => one!["error"] is { } error ? (null, new MongoFailure((int)error["code"]!.GetValue<double>(), (string)error["message"]!)) : ((string?)one["value"], (MongoFailure?)null))];
    }

    /// <summary>Reads the invariants that this engine can be asked.</summary>
    /// <param name="invariants">Which.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyList<InvariantValue>> InvariantsAsync(IReadOnlyList<InvariantSpec> invariants, CancellationToken cancellationToken)
    {
        var asked = invariants.Where(invariant => invariant.Mongo is not null).ToList();
        if (asked.Count == 0) return [];
        var answers = await AskAsync(asked.Select(invariant => MongoCommand.Parse(invariant.Mongo!)), cancellationToken).ConfigureAwait(false);
        return [.. asked.Zip(answers, (invariant, answer) => answer.Failure is { } failure ? new InvariantValue { Name = invariant.Name, Detail = failure.Message } : InvariantText.Value(invariant.Name, [[answer.Value]]))];
    }
}
