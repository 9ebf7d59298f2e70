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
}
