using System.Text;
using System.Text.Json.Nodes;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Tests.Apps;

/// <summary>Definitions for tests: the shipped ones, and a small one to be spoiled.</summary>
internal static class Definitions
{
    public static readonly string Root = FindRoot();

    public static readonly string Shipped = Path.Combine(Root, "module", "apps");

    private static readonly Lazy<AppSpec> MetabaseSpec = new(() => Load(Path.Combine(Shipped, "metabase.json")));
    private static readonly Lazy<AppSpec> OverleafSpec = new(() => Load(Path.Combine(Shipped, "overleaf.json")));

    public static AppSpec Metabase => MetabaseSpec.Value;

    public static AppSpec Overleaf => OverleafSpec.Value;

    /// <summary>A small right definition; 2.0 demands a stop at 1.1.</summary>
    public static JsonObject Small() => (JsonObject)JsonNode.Parse("""
        {
          "name": "small",
          "displayName": "Small",
          "editions": [{ "id": "main", "displayName": "Main" }],
          "releases": [{ "version": "1.0" }, { "version": "1.1" }, { "version": "2.0" }],
          "path": { "stops": [{ "reason": "Newest {major}." }] },
          "steps": [{ "id": "prepare", "title": "Prepare", "before": "2.0", "atLeast": "1.1", "instructions": "Do it.", "done": { "sql": "select 1" } }]
        }
        """)!;

    public static AppSpec Read(JsonNode definition)
    {
        var read = DefinitionLoader.Read(Encoding.UTF8.GetBytes(definition.ToJsonString()), withPatterns: true);
        Assert.Empty(read.Problems);
        return read.Spec!;
    }

    public static AppSpec Load(string path) => DefinitionLoader.Load(File.ReadAllBytes(path), path, withPatterns: true);

    private static string FindRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "UpgradeModule.sln"))) directory = Path.GetDirectoryName(directory)!;
        return directory;
    }
}
