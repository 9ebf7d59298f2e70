using System.Reflection;
using System.Text.Json;
using UpgradeModule.Engine.State;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.State;

public class ModelJsonTests
{
    public static TheoryData<Type> Records()
    {
        var data = new TheoryData<Type>();
        foreach (var type in typeof(AppDeployment).Assembly.GetExportedTypes().Where(type => !type.IsAbstract && type.GetMethod("<Clone>$") is not null).OrderBy(type => type.Name, StringComparer.Ordinal)) data.Add(type);
        return data;
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void Every_record_comes_back_as_it_was_written(Type type)
    {
        var record = Samples.Make(type, 1);
        Samples.AssertSame(record, RoundTrip(type, record));
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void Every_record_comes_back_with_its_defaults(Type type)
    {
        var record = Activator.CreateInstance(type)!;
        Samples.AssertSame(record, RoundTrip(type, record));
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void What_a_document_leaves_out_keeps_its_default(Type type) =>
        Samples.AssertSame(Activator.CreateInstance(type)!, Read(type, "{}"));

    [Fact]
    public void What_a_nested_record_leaves_out_keeps_its_default_too()
    {
        var run = ModelJson.Deserialize<UpgradeRun>("""{"deployment":{"name":"a","settings":{}},"steps":[{"id":"Stop"}],"kept":[],"invariantsBefore":null}""");
        Assert.True(run.Deployment.VersionsAgree);
        Assert.Empty(run.Deployment.Settings.Arguments);
        Assert.Empty(run.InvariantsBefore);
        Assert.Equal("", Assert.Single(run.Steps).Title);
    }

    [Fact]
    public void What_a_newer_version_added_is_passed_over() =>
        Assert.Equal("a", ModelJson.Deserialize<AppDeployment>("""{"name":"a","newer":{"deep":[1]}}""").Name);

    [Fact]
    public void Versions_and_enums_are_written_by_their_text()
    {
        var json = ModelJson.Serialize(new AppDeployment { Version = AppVersion.Parse("v0.50.12"), HostKind = AppHostKind.Systemd });
        Assert.Contains("\"version\":\"0.50.12\"", json, StringComparison.Ordinal);
        Assert.Contains("\"hostKind\":\"Systemd\"", json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"name\":")]
    [InlineData("{\"version\":\"1.40.X\"}")]
    [InlineData("{\"name\":\"a\",\"name\":\"b\",\"version\":17}")]
    public void A_document_that_is_none_is_a_json_failure(string json) => Assert.ThrowsAny<JsonException>(() => ModelJson.Deserialize<AppDeployment>(json));

    private static object? RoundTrip(Type type, object record)
    {
        var write = typeof(ModelJson).GetMethod(nameof(ModelJson.Serialize), BindingFlags.Public | BindingFlags.Static)!.MakeGenericMethod(type);
        return Read(type, (string)write.Invoke(null, [record])!);
    }

    private static object? Read(Type type, string json) =>
        typeof(ModelJson).GetMethod(nameof(ModelJson.Deserialize), BindingFlags.Public | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, [json]);
}
