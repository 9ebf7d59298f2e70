using System.Text.RegularExpressions;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Metabase;

/// <summary>The stand-in on a database that Metabase's own migrations of 0.49.5 made: 76 tables, real ids.</summary>
[Collection("Metabase")]
public sealed class RealSchemaTests(PostgresFixture postgres)
{
    [SkippableFact]
    public async Task A_database_that_metabase_made_goes_to_50_and_back_with_every_row()
    {
        await using var scene = await MetabaseScene.InstallAsync(postgres, "0.49.5", ("MB_STANDIN_FAIL", "0.50.3=unhealthy"));
        using var folder = new TempFolder();
        var file = await SharedFacts.UnpackAsync("metabase-appdb-v0.49.5.sql.gz", folder);
        var owner = scene.Access.Target.User!;
        await File.WriteAllTextAsync(file, Regex.Replace(await File.ReadAllTextAsync(file), "OWNER TO \\w+;", $"OWNER TO {owner};"));
        await postgres.ScriptAsync(scene.Access.Target.Name!, file);
        await scene.RunAsync();
        var before = await CountsAsync(scene);
        Assert.True(before.Count > 70);

        // A version that doesn't become healthy is taken back, the real schema with it.
        var failed = await scene.UpgradeAsync("0.50.3", timeout: TimeSpan.FromSeconds(5));
        Assert.True(failed.Outcome == UpgradeOutcome.RolledBack, failed.Error);
        Assert.Equal(before, await CountsAsync(scene));
        Assert.Equal("0.49.5", await scene.AnsweredVersionAsync());

        var result = await scene.UpgradeAsync("0.50.36");

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        Assert.Equal("0.50.36", await scene.AnsweredVersionAsync());
        var after = await CountsAsync(scene);
        string[] changed = ["core_user", "databasechangelog", "user_parameter_value"];
        Assert.Empty(before.Where(table => !changed.Contains(table.Split('|')[0])).Except(after));
        Assert.Equal(["Acme BI"], await scene.RowsAsync("SELECT value FROM setting WHERE key = 'site-name'"));
    }

    private static async Task<IReadOnlyList<string>> CountsAsync(MetabaseScene scene) => await scene.RowsAsync(
        "SELECT table_name, (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM public.%I', table_name), FALSE, TRUE, '')))[1]::text FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1");
}
