using UpgradeModule.Engine.Readiness.Checks;
using UpgradeModule.Tests.Apps;

namespace UpgradeModule.Tests.Readiness;

/// <summary>The words that tell how a database file is moved out of a container.</summary>
public class MoveDataOutTests
{
    [Theory]
    [InlineData("/metabase.db/metabase.db.mv.db", "\"load-from-h2 /h2/metabase.db\"")]
    [InlineData("/data/reports.mv.db", "\"load-from-h2 /h2/reports\"")]
    public void Metabases_file_is_loaded_by_its_own_name_and_no_password_is_on_the_command_line(string file, string expected)
    {
        var spec = Definitions.Metabase;

        var text = DataInContainerCheck.Fill(spec.Image!.MoveDataOut!, "web", "metabase/metabase:v0.50.36", file, spec.Settings.Database!.FileSuffix!);

        Assert.Contains("docker run --rm --volume \"$PWD:/h2\" --env-file target.env metabase/metabase:v0.50.36 " + expected, text, StringComparison.Ordinal);
        Assert.DoesNotContain("--env MB_DB_CONNECTION_URI", text, StringComparison.Ordinal);
        Assert.DoesNotContain("{", text, StringComparison.Ordinal);
    }
}
