using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Tests.Apps;

public class ShippedDefinitionTests
{
    public static TheoryData<string> Files()
    {
        var data = new TheoryData<string>();
        foreach (var folder in (string[])[Definitions.Shipped, Path.Combine(Definitions.Root, "samples", "apps")])
        {
            foreach (var path in Directory.EnumerateFiles(folder, "*.json").Where(path => !path.EndsWith(".schema.json", StringComparison.Ordinal)))
            {
                data.Add(Path.GetRelativePath(Definitions.Root, path));
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_shipped_definition_has_no_mistake_and_is_named_after_its_file(string file)
    {
        var read = DefinitionLoader.Read(File.ReadAllBytes(Path.Combine(Definitions.Root, file)), withPatterns: true);
        Assert.Empty(read.Problems);
        Assert.Equal(Path.GetFileNameWithoutExtension(file), read.Spec!.Name);
        Assert.NotNull(read.Spec.Source?.Date);
    }

    [Fact]
    public void The_example_of_the_documentation_gives_the_paths_that_it_is_meant_to_show()
    {
        var spec = Definitions.Load(Path.Combine(Definitions.Root, "samples", "apps", "example.json"));
        var path = new Engine.Paths.UpgradePathPlanner().Plan(spec, new Engine.Paths.PathRequest { From = AppVersion.Parse("1.9.0") });
        Assert.Equal(["1.9.2", "2.4.0", "3.0.1"], path.Stops.Select(stop => stop.To.Text));
        Assert.Equal("move-uploads", Assert.Single(path.Stops[2].StepsBefore).Id);
    }

    [Fact]
    public void Newest_releases_of_majors_are_those_of_the_vendors()
    {
        var metabase = Engine.Paths.PathIndex.Of(Definitions.Metabase);
        foreach (var (major, version) in ((int, string)[])[(31, "31.2"), (33, "33.7.3"), (37, "37.12"), (40, "40.8"), (43, "43.7.3"), (46, "46.8"), (49, "49.25.2"), (50, "50.36"), (58, "58.39"), (65, "65.4")])
        {
            Assert.Equal("0." + version, metabase.Edition("oss").Newest(major)!.Version.Text);
            if (major >= 37) Assert.Equal("1." + version, metabase.Edition("ee").Newest(major)!.Version.Text);
        }

        var overleaf = Engine.Paths.PathIndex.Of(Definitions.Overleaf);
        foreach (var version in (string[])["2.7.1", "3.5.13", "4.2.9", "5.5.8", "6.3.0"])
        {
            Assert.Equal(version, overleaf.Edition("ce").Newest(version[0] - '0')!.Version.Text);
            Assert.Equal(version, overleaf.Edition("pro").Newest(version[0] - '0')!.Version.Text);
        }
    }

    [Theory]
    [InlineData("v49.2024-03-26T20:27:58", "49")]
    [InlineData("v48.00-067", "48")]
    [InlineData("v00.00-000", "")]
    [InlineData("312", "")]
    [InlineData("v9999.1", "")]
    public void A_migration_tells_its_major(string id, string major) =>
        Assert.Equal(major, System.Text.RegularExpressions.Regex.Match(id, Definitions.Metabase.Migrations!.MajorPattern!).Groups["major"].Value);
}
