using System.Text.Json;
using System.Text.Json.Nodes;

namespace UpgradeModule.Engine.Databases.Mongo;

/// <summary>A command of an app definition, as JSON: its <c>$db</c> names another database, its <c>$value</c> the field of the answer. Only such that read are run.</summary>
internal static class MongoCommand
{
    private static readonly string[] s_reading = ["count", "aggregate", "find", "distinct", "getParameter", "isMaster", "hello", "collStats", "dbStats", "listCollections", "listIndexes", "buildInfo", "serverStatus", "replSetGetStatus", "ping"];

    /// <summary>Reads one.</summary>
    /// <param name="json">The command.</param>
    /// <returns>What the script takes.</returns>
    /// <exception cref="MongoFailure">It is none, or one that changes something.</exception>
    public static JsonObject Parse(string json)
    {
        try
        {
            if (JsonNode.Parse(json) is not JsonObject command) throw new MongoFailure(0, "the command is no JSON object");
            var (database, value) = (Take(command, "$db"), Take(command, "$value"));
            if (command.FirstOrDefault().Key is not { } name || !s_reading.Contains(name, StringComparer.OrdinalIgnoreCase)) throw new MongoFailure(0, $"'{command.FirstOrDefault().Key}' is no command that only reads");
            if (command["pipeline"] is JsonArray stages && stages.Any(stage => stage is JsonObject fields && (fields.ContainsKey("$out") || fields.ContainsKey("$merge")))) throw new MongoFailure(0, "an aggregate with $out or $merge writes");
            return new JsonObject { ["db"] = database, ["value"] = value, ["command"] = command };
        }
        catch (JsonException)
        {
            throw new MongoFailure(0, "the command is no JSON");
        }
    }

    private static string? Take(JsonObject command, string name)
    {
        var value = command[name]?.GetValue<string>();
        command.Remove(name);
        return value;
    }
}
