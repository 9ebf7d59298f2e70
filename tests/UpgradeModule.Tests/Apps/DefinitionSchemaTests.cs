using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Tests.Apps;

public class DefinitionSchemaTests
{
    private static readonly JsonObject Schema = (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(Definitions.Shipped, "app-definition.schema.json")))!;

    [Fact]
    public void Schema_and_records_agree_property_by_property()
    {
        var seen = new HashSet<Type>();
        Compare(Schema, typeof(AppSpec), seen);
        Assert.Equal(seen.Where(type => type != typeof(AppSpec)).Select(type => type.Name).Order(StringComparer.Ordinal), Schema["$defs"]!.AsObject().Select(pair => pair.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Defaults_of_the_schema_are_those_of_the_records()
    {
        foreach (var (name, definition) in Schema["$defs"]!.AsObject())
        {
            var type = typeof(AppSpec).Assembly.GetType("UpgradeModule.Engine.Apps." + name)!;
            var record = Activator.CreateInstance(type)!;
            foreach (var property in DefinitionJsonContext.Default.GetTypeInfo(type)!.Properties)
            {
                var value = property.Get!(record);
                var expected = definition!["properties"]![property.Name]!["default"];
                if (expected is not null) Assert.Equal(expected.ToJsonString(), JsonSerializer.Serialize(value));
                else Assert.True(value is null or "" or 0 or false or System.Collections.IEnumerable, $"{name}.{property.Name} has the default {value}, which the schema doesn't tell");
            }
        }
    }

    [Fact]
    public void Every_word_that_the_schema_offers_is_taken_and_every_other_is_not()
    {
        foreach (var (name, definition) in Schema["$defs"]!.AsObject())
        {
            foreach (var (property, shape) in definition!["properties"]!.AsObject())
            {
                if (shape!["enum"] is not JsonArray words || Places.GetValueOrDefault($"{name}.{property}") is not { } place) continue;
                foreach (var word in words) Assert.DoesNotContain(Reasons(place, word!.GetValue<string>()), reason => reason.Contains("is not known here", StringComparison.Ordinal));
                Assert.Contains(Reasons(place, "nonsense"), reason => reason.Contains(string.Join(", ", words.Select(word => word!.GetValue<string>())), StringComparison.Ordinal));
            }
        }

        Assert.Equal(Places.Count, Schema["$defs"]!.AsObject().Sum(pair => pair.Value!["properties"]!.AsObject().Count(property => property.Value!["enum"] is not null)));
    }

    // A document with each word of an enumeration in its place.
    private static readonly Dictionary<string, string> Places = new(StringComparer.Ordinal)
    {
        ["ReleaseSpec.status"] = """ "releases": [{ "version": "1.0", "status": "?" }] """,
        ["VersionSpec.scheme"] = """ "versions": { "scheme": "?" } """,
        ["StepSpec.kind"] = """ "steps": [{ "kind": "?" }] """,
        ["RequirementSpec.kind"] = """ "requirements": [{ "kind": "?" }] """,
        ["ArtifactSpec.kind"] = """ "artifact": { "kind": "?" } """,
        ["LogLineSpec.meaning"] = """ "logs": [{ "meaning": "?" }] """,
        ["MigrationSpec.kind"] = """ "migrations": { "kind": "?" } """,
        ["MigrationSpec.downStep"] = """ "migrations": { "downStep": "?" } """,
        ["MigrationNoteSpec.rollback"] = """ "migrations": { "known": [{ "rollback": "?" }] } """,
        ["HttpProbeSpec.method"] = """ "health": { "liveness": { "method": "?" } } """,
        ["DatabaseSettingsSpec.defaultEngine"] = """ "settings": { "database": { "defaultEngine": "?" } } """,
    };

    private static IEnumerable<string> Reasons(string place, string word) =>
        DefinitionLoader.Read(System.Text.Encoding.UTF8.GetBytes("{" + place.Replace("?", word, StringComparison.Ordinal) + "}"), withPatterns: true).Problems.Select(problem => problem.Reason);

    private static void Compare(JsonNode schema, Type type, HashSet<Type> seen)
    {
        if (!seen.Add(type)) return;
        var properties = schema["properties"]!.AsObject();
        var info = DefinitionJsonContext.Default.GetTypeInfo(type)!;
        Assert.Equal(info.Properties.Select(property => property.Name).Order(StringComparer.Ordinal), properties.Select(pair => pair.Key).Order(StringComparer.Ordinal));
        Assert.Equal("false", schema["additionalProperties"]!.ToJsonString());
        Assert.True(schema["description"]!.GetValue<string>().Length > 0);
        foreach (var property in info.Properties) Shape(properties[property.Name]!, type, property, seen);
    }

    private static void Shape(JsonNode schema, Type owner, JsonPropertyInfo property, HashSet<Type> seen)
    {
        var said = $"{owner.Name}.{property.Name}";
        Assert.True(schema["description"]?.GetValue<string>().Length > 5, said + " is not described");
        Type(schema, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, said, seen);
    }

    private static void Type(JsonNode schema, Type type, string said, HashSet<Type> seen)
    {
        if (type.IsGenericType && type.GetGenericArguments() is [var item])
        {
            Assert.True(schema["type"]?.GetValue<string>() == "array", said);
            Type(schema["items"]!, item, said, seen);
        }
        else if (type.IsGenericType)
        {
            Assert.True(schema["type"]?.GetValue<string>() == "object" && schema["additionalProperties"]!["type"]!.GetValue<string>() == "string", said);
        }
        else if (type.Namespace == typeof(AppSpec).Namespace)
        {
            Assert.True(schema["$ref"]?.GetValue<string>() == "#/$defs/" + type.Name, said);
            Compare(Schema["$defs"]![type.Name]!, type, seen);
        }
        else
        {
            var expected = type == typeof(int) ? "integer" : type == typeof(bool) ? "boolean" : "string";
            Assert.True(schema["type"]?.GetValue<string>() == expected, said);
            Assert.True(type == typeof(DateOnly) == (schema["format"]?.GetValue<string>() == "date"), said);
        }
    }
}
