using System.Text;
using System.Text.Json.Nodes;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Tests.Apps;

public class DefinitionLoaderTests
{
    [Fact]
    public void A_right_definition_has_no_problem_and_keeps_the_defaults_of_what_it_leaves_out()
    {
        var spec = Definitions.Read(Definitions.Small());
        Assert.Equal(("numeric", "{version}", 30, "manual"), (spec.Versions.Scheme, spec.Versions.Tag, spec.Start.GraceSeconds, spec.Steps[0].Kind));
        Assert.Equal([0, 143], spec.Start.SuccessExitCodes);
    }

    [Theory]
    [InlineData("formatVersion", "2", "$.formatVersion", "format version 1")]
    [InlineData("name", "\"Big App\"", "$.name", "can't be a name")]
    [InlineData("displayName", "\"\"", "$.displayName", "missing")]
    [InlineData("editions", "[]", "$.editions", "At least one edition")]
    [InlineData("editions", """[{"id":"a","displayName":"A"},{"id":"b","displayName":"B"}]""", "$.editions", "default")]
    [InlineData("releases", "[]", "$.releases", "At least one release")]
    [InlineData("releases[1].version", "\"five\"", "$.releases[1].version", "'five' is not a version by the scheme 'numeric'")]
    [InlineData("releases[2].version", "\"1.1.0\"", "$.releases[2].version", "twice")]
    [InlineData("releases[0].status", "\"gone\"", "$.releases[0].status", "withdrawn")]
    [InlineData("releases[0].editions", "[\"pro\"]", "$.releases[0].editions[0]", "There is no edition 'pro'. There are: main")]
    [InlineData("releases[0].sha256", """{"main":"abc"}""", "$.releases[0].sha256.main", "64 hexadecimal digits")]
    [InlineData("versions", """{"scheme":"licensed"}""", "$.versions.editionPrefixes", "first number of the edition 'main'")]
    [InlineData("versions", """{"tag":"v"}""", "$.versions.tag", "{version}")]
    [InlineData("versions", """{"variants":["alpine"]}""", "$.versions.variants[0]", "with-")]
    [InlineData("path.stops[0]", """{"version":"1.5","reason":"r"}""", "$.path.stops[0].version", "no release 1.5")]
    [InlineData("path.stops[0]", """{"throughMajor":7,"reason":"r"}""", "$.path.stops[0].throughMajor", "no release of 7")]
    [InlineData("path.stops[0]", """{"throughMajor":1,"version":"1.1","reason":"r"}""", "$.path.stops[0]", "not both")]
    [InlineData("path.stops[0]", "{}", "$.path.stops[0].reason", "missing")]
    [InlineData("steps[0].before", "\"9.0\"", "$.steps[0].before", "never be due")]
    [InlineData("steps[0].after", "\"1.1\"", "$.steps[0]", "exactly one of before and after")]
    [InlineData("steps[0].atLeast", "\"2.0\"", "$.steps[0].atLeast", "must be done before 2.0")]
    [InlineData("steps[0].atLeast", "\"1.5\"", "$.steps[0].atLeast", "no release of 1 from 1.5")]
    [InlineData("steps[0].instructions", "\"\"", "$.steps[0].instructions", "missing")]
    [InlineData("steps[0].engines", "[\"Oracle\"]", "$.steps[0].engines[0]", "Postgres")]
    [InlineData("steps[0].done", """{"sql":"select 1","file":"x"}""", "$.steps[0].done", "2 questions (sql, file)")]
    [InlineData("steps[0].done", """{"expect":"1"}""", "$.steps[0].done", "asks nothing")]
    [InlineData("steps[0].done", """{"mongo":"count users"}""", "$.steps[0].done.mongo", "JSON object")]
    [InlineData("steps[0].done", """{"http":{"path":"health"}}""", "$.steps[0].done.http.path", "must begin with /")]
    [InlineData("migrations", """{"table":"m","required":[{"from":"1.0"}]}""", "$.migrations.required[0].name", "missing")]
    [InlineData("migrations", """{"table":"m","required":[{"from":"1.0","name":"a"},{"from":"1.0","name":"b"}]}""", "$.migrations.required[1].from", "twice")]
    [InlineData("requirements", """[{"name":"java","from":"1.0"}]""", "$.requirements[0]", "demands nothing")]
    [InlineData("requirements", """[{"name":"java","minimum":"eleven"}]""", "$.requirements[0].minimum", "not a version")]
    [InlineData("artifact", """{"fileName":"a","urls":{"main":"{base}/{tag}"}}""", "$.artifact.urls.main", "no baseUrl")]
    [InlineData("artifact", """{"fileName":"a","version":{"zipEntry":"v","command":["a"],"pattern":"(?<version>x)"}}""", "$.artifact.version", "not both")]
    [InlineData("artifact", """{"fileName":"a","version":{"zipEntry":"v","pattern":"x"}}""", "$.artifact.version.pattern", "(?<version>")]
    [InlineData("logs", """[{"pattern":"(unclosed"}]""", "$.logs[0].pattern", "not a regular expression")]
    [InlineData("settings", """{"database":{"host":"H","typeValues":{"pg":"Postgresql"},"type":"T"}}""", "$.settings.database.typeValues.pg", "Postgres")]
    [InlineData("health", """{"versionPath":"v"}""", "$.health", "which request")]
    [InlineData("health", """{"readiness":{"path":"/","status":[99]}}""", "$.health.readiness.status[0]", "99")]
    [InlineData("migrations", """{"kind":"table"}""", "$.migrations.table", "missing")]
    [InlineData("invariants", """[{"name":"users"}]""", "$.invariants[0]", "exactly one of sql and mongo")]
    [InlineData("backup", """{"stores":["tape"]}""", "$.backup.stores[0]", "database, redis, files")]
    [InlineData("support", """[{"major":1},{"major":1}]""", "$.support[1].major", "twice")]
    [InlineData("relaeses", "[]", "$.relaeses", "Is 'releases' meant?")]
    [InlineData("releases[0].date", "\"21.11.2026\"", "$.releases[0].date", "2026-11-21")]
    [InlineData("name", "5", "$.name", "must be a text")]
    [InlineData("name", "null", "$.name", "may not be null")]
    [InlineData("editions", "{}", "$.editions", "a list in [ ]")]
    [InlineData("start", """{"graceSeconds":1.5}""", "$.start.graceSeconds", "a whole number")]
    [InlineData("rehearsal", """{"environment":{"A":true}}""", "$.rehearsal.environment.A", "a text")]
    public void A_mistake_is_told_at_its_place(string at, string json, string path, string reason)
    {
        var definition = Definitions.Small();
        Set(definition, at, JsonNode.Parse(json));
        var read = DefinitionLoader.Read(Encoding.UTF8.GetBytes(definition.ToJsonString(new() { WriteIndented = true })), withPatterns: true);
        Assert.Contains(read.Problems, problem => problem.Path == path && problem.Reason.Contains(reason, StringComparison.Ordinal));
        Assert.All(read.Problems, problem => Assert.True(problem.Line > 1 || problem.Path == "$"));
    }

    [Fact]
    public void Line_and_column_are_those_of_the_value_and_all_mistakes_come_in_the_order_of_the_file()
    {
        var read = Read("""
            {
              "name": "é",  "displayName": "D", "extra": 1,
              "editions": [],
              "releases": [
                { "version": "1.0" },
                { "versoin": "1.1" }
              ]
            }
            """);
        Assert.Equal([("$.extra", 2, 37), ("$.releases[1].versoin", 6, 7)], read.Problems.Select(problem => (problem.Path, problem.Line, problem.Column)));

        read = Read("""
            {
              "name": "Ä", "displayName": "",
              "editions": [{ "id": "a", "displayName": "A" }],
              "releases": [
                { "version": "1.0" },
                { "version": "x" }
              ]
            }
            """);
        Assert.Equal([("$.name", 2, 11), ("$.displayName", 2, 31), ("$.releases[1].version", 6, 18)], read.Problems.Select(problem => (problem.Path, problem.Line, problem.Column)));
    }

    [Theory]
    [InlineData("{\n  \"name\": \"a\",\n  \"releases\": [ { \"version\" \"1.0\" } ]\n}", 3, "$.releases[0]")]
    [InlineData("{\n  \"name\": \"a\"", 2, "$.name")]
    [InlineData("{ \"name\": \"a\", }", 1, "$.name")]
    [InlineData("", 1, "$")]
    [InlineData("{ \"name\": \"a\" } x", 1, "$.name")]
    [InlineData("{ // comment\n}", 1, "$")]
    public void A_syntax_error_is_told_with_its_line(string text, int line, string path)
    {
        var problem = Assert.Single(Read(text).Problems);
        Assert.Equal((path, line), (problem.Path, problem.Line));
        Assert.Contains("not valid JSON", problem.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", problem.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_property_that_is_there_twice_is_a_mistake()
    {
        var problem = Assert.Single(Read("{\n  \"name\": \"a\",\n  \"name\": \"b\"\n}").Problems);
        Assert.Equal(("$.name", 3), (problem.Path, problem.Line));
    }

    [Fact]
    public void Anything_that_is_no_definition_is_a_mistake_and_never_a_crash()
    {
        foreach (var text in (string[])["[]", "1", "null", "\"x\"", "{}", "{\"steps\":[null]}", "{\"name\":\"\\ud800\"}", "{\"\\ud800\":1}", "{\"editions\":[{}],\"steps\":[{}],\"path\":{\"stops\":[{}]},\"logs\":[{}],\"migrations\":{},\"invariants\":[{}],\"image\":{},\"artifact\":{},\"requirements\":[{}],\"health\":{\"deep\":[{}]},\"versions\":{\"scheme\":\"licensed\",\"tag\":\"\",\"variants\":[\"\"]}}"])
        {
            Assert.NotEmpty(Read(text).Problems);
        }

        Assert.NotEmpty(DefinitionLoader.Read([0xFF, 0xFE, 0x00], withPatterns: true).Problems);
    }

    [Fact]
    public void Spoiling_any_byte_of_a_definition_is_told_or_harmless_but_never_a_crash()
    {
        var document = Encoding.UTF8.GetBytes(Definitions.Small().ToJsonString());
        var random = new Random(20261121);
        for (var i = 0; i < 5_000; i++)
        {
            var spoiled = (byte[])document.Clone();
            spoiled[random.Next(spoiled.Length)] = (byte)random.Next(256);
            var read = DefinitionLoader.Read(spoiled, withPatterns: true);
            Assert.True(read.Problems.Count > 0 || read.Spec is not null);
        }
    }

    [Fact]
    public void A_byte_order_mark_does_not_matter() =>
        Assert.Empty(DefinitionLoader.Read([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Definitions.Small().ToJsonString())], withPatterns: true).Problems);

    private static DefinitionDocument Read(string text) => DefinitionLoader.Read(Encoding.UTF8.GetBytes(text), withPatterns: true);

    private static void Set(JsonNode node, string at, JsonNode? value)
    {
        var parts = at.Replace("[", ".[", StringComparison.Ordinal).Split('.');
        foreach (var part in parts[..^1]) node = part[0] == '[' ? node[int.Parse(part.Trim('[', ']'))]! : node[part]!;
        if (parts[^1][0] == '[') node[int.Parse(parts[^1].Trim('[', ']'))] = value;
        else node[parts[^1]] = value;
    }
}
