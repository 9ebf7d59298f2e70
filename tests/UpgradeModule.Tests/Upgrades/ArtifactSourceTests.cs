using NSubstitute;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades;

public sealed class ArtifactSourceTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly IArtifactFetcher _fetcher = Substitute.For<IArtifactFetcher>();
    private readonly UpgradePath _path = UpgradeBench.PathOf(("1.0.0", "1.1.0"), ("1.1.0", "2.0.0"));

    [Fact]
    public async Task The_version_that_a_file_tells_counts_not_its_name()
    {
        Put("app-1.1.0.jar", "2.0.0");
        Put("other.jar", "1.1.0");

        Assert.Equal(_folder.File("other.jar"), await FindAsync(0));
    }

    [Fact]
    public async Task A_file_that_tells_no_version_is_found_by_its_name_alone()
    {
        Put("app-11.1.0.jar", null);
        Put("app-1.1.0.2.jar", null);
        Put("app-1.1.0.jar", null);

        Assert.Equal(_folder.File("app-1.1.0.jar"), await FindAsync(0));
    }

    [Fact]
    public async Task A_folder_without_the_version_is_named_with_what_it_should_hold()
    {
        Put("app-1.1.0.jar", "1.1.0");

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => FindAsync(1));

        Assert.Equal("ArtifactNotFound", failure.ErrorId);
        Assert.Contains("2.0.0", failure.Message);
        Assert.Contains(_folder.Path, failure.Message);
    }

    [Fact]
    public async Task One_file_or_checksum_cannot_stand_for_two_stops()
    {
        Put("app.jar", "1.1.0");
        var file = await Assert.ThrowsAsync<UpgradeException>(() => new ArtifactSource(_fetcher).FindAsync(new AppSpec(), _path, _path.Stops[0], _folder.File("app.jar"), default));
        var checksum = Assert.Throws<UpgradeException>(() => ArtifactSource.CheckChecksum(_path, "abc"));

        Assert.Equal("ArtifactAmbiguous", file.ErrorId);
        Assert.Equal("ArtifactAmbiguous", checksum.ErrorId);
    }

    public void Dispose() => _folder.Dispose();

    private Task<string?> FindAsync(int stop) => new ArtifactSource(_fetcher).FindAsync(new AppSpec(), _path, _path.Stops[stop], _folder.Path, default);

    private void Put(string name, string? version)
    {
        File.WriteAllText(_folder.File(name), name);
        _fetcher.ReadVersionAsync(Arg.Any<AppSpec>(), _folder.File(name), Arg.Any<CancellationToken>()).Returns(version is null ? null : AppVersion.Parse(version));
    }
}
