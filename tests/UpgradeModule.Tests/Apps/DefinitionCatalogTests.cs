using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.State;

namespace UpgradeModule.Tests.Apps;

public sealed class DefinitionCatalogTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("catalog-");
    private readonly IStateStore _store = FakeStore.Create();
    private readonly DefinitionCatalog _catalog;

    public DefinitionCatalogTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "shipped"));
        WriteSmall("shipped/tiny.json", "tiny");
        _catalog = new DefinitionCatalog(Path.Combine(_folder.FullName, "shipped"), _store);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_shipped_definition_is_listed_with_its_file()
    {
        var definition = Assert.Single(await _catalog.ListAsync(default));
        Assert.Equal(("tiny", "Small", "Shipped", 3), (definition.Name, definition.DisplayName, definition.Source, definition.Releases));
        Assert.True(File.Exists(definition.Path));
        Assert.Equal("main", Assert.Single(definition.Editions).Id);
    }

    [Fact]
    public async Task A_registered_definition_hides_a_shipped_one_until_it_is_unregistered()
    {
        var path = WriteSmall("mine.json", "tiny", "Mine");
        Assert.Equal("Mine", (await _catalog.RegisterAsync(path, replace: false, default)).DisplayName);
        Assert.Equal("Mine", (await _catalog.GetAsync("TINY", default)).DisplayName);
        Assert.Equal(path, Assert.Single(await _catalog.ListAsync(default)).Source);
        await _catalog.UnregisterAsync("tiny", default);
        Assert.Equal("Small", (await _catalog.GetAsync("tiny", default)).DisplayName);
    }

    [Fact]
    public async Task Registering_twice_needs_the_word_replace()
    {
        var path = WriteSmall("mine.json", "mine");
        await _catalog.RegisterAsync(path, replace: false, default);
        var e = await Assert.ThrowsAsync<UpgradeException>(() => _catalog.RegisterAsync(path, replace: false, default));
        Assert.Equal(("DefinitionExists", UpgradeErrorCategory.ResourceExists), (e.ErrorId, e.Category));
        WriteSmall("mine.json", "mine", "Other");
        await _catalog.RegisterAsync(path, replace: true, default);
        Assert.Equal("Other", (await _catalog.GetAsync("mine", default)).DisplayName);
    }

    [Fact]
    public async Task A_definition_with_a_mistake_is_not_registered_and_tells_file_line_and_reason()
    {
        var path = WriteSmall("bad.json", "bad");
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path)).Replace("\"version\": \"2.0\"", "\"version\": \"two\"", StringComparison.Ordinal));
        var e = await Assert.ThrowsAsync<UpgradeException>(() => _catalog.RegisterAsync(path, replace: false, default));
        Assert.Equal("DefinitionInvalid", e.ErrorId);
        Assert.Equal(path, e.Target);
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.Matches(@"line \d+, column \d+, at \$\.releases\[2\]\.version: 'two' is not a version", e.Message);
        Assert.Empty(await _store.ListDefinitionsAsync(default));
        await Assert.ThrowsAsync<UpgradeException>(() => _catalog.GetAsync(path, default));
        Assert.False((await _catalog.TestAsync(path, default)).Valid);
    }

    [Theory]
    [InlineData("\"formatVersion\": 1, \"name\": null, \"displayName\": \"D\"", "may not be null")]
    [InlineData("\"name\": \"tiny\", \"colour\": 1", "no property 'colour'")]
    [InlineData("\"name\": \"tiny\"", "missing")]
    [InlineData("\"name\"", "not valid JSON")]
    public async Task A_shipped_definition_that_was_spoiled_is_told_as_well(string content, string reason)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "shipped", "tiny.json"), "{ " + content + " }");
        var e = await Assert.ThrowsAsync<UpgradeException>(() => _catalog.GetAsync("tiny", default));
        Assert.Equal("DefinitionInvalid", e.ErrorId);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_application_is_told_with_those_that_there_are()
    {
        await _catalog.RegisterAsync(WriteSmall("mine.json", "mine"), replace: false, default);
        var e = await Assert.ThrowsAsync<UpgradeException>(() => _catalog.GetAsync("metabse", default));
        Assert.Equal("AppNotFound", e.ErrorId);
        Assert.Contains("mine, tiny", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_definition_is_also_got_by_its_path_and_read_once_until_it_changes()
    {
        var path = WriteSmall("mine.json", "mine");
        var first = await _catalog.GetAsync(path, default);
        Assert.Same(first, await _catalog.GetAsync(path, default));
        WriteSmall("mine.json", "mine", "Changed");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(2));
        Assert.Equal("Changed", (await _catalog.GetAsync(path, default)).DisplayName);
        Assert.Same(await _catalog.GetAsync("tiny", default), await _catalog.GetAsync("tiny", default));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_said_so()
    {
        var path = Path.Combine(_folder.FullName, "none.json");
        Assert.Equal("DefinitionNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => _catalog.TestAsync(path, default))).ErrorId);
        Assert.Equal("DefinitionNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => _catalog.GetAsync(path, default))).ErrorId);
    }

    [Fact]
    public async Task What_is_not_registered_can_not_be_unregistered()
    {
        Assert.Equal("DefinitionShipped", (await Assert.ThrowsAsync<UpgradeException>(() => _catalog.UnregisterAsync("tiny", default))).ErrorId);
        Assert.Equal("AppNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => _catalog.UnregisterAsync("none", default))).ErrorId);
    }

    [Fact]
    public async Task Releases_come_newest_first_and_an_unknown_edition_is_refused()
    {
        Assert.Equal(["2.0", "1.1", "1.0"], (await _catalog.ReleasesAsync("tiny", null, default)).Select(release => release.Version.Text));
        var e = await Assert.ThrowsAsync<UpgradeException>(() => _catalog.ReleasesAsync("tiny", "pro", default));
        Assert.Equal("EditionNotFound", e.ErrorId);
        Assert.Contains("main", e.Message, StringComparison.Ordinal);
    }

    private string WriteSmall(string file, string name, string displayName = "Small")
    {
        var definition = Definitions.Small();
        definition["name"] = name;
        definition["displayName"] = displayName;
        var path = Path.Combine(_folder.FullName, file);
        File.WriteAllText(path, definition.ToJsonString(new() { WriteIndented = true }));
        return path;
    }
}
