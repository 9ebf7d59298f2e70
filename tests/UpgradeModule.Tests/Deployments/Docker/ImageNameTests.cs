using NSubstitute;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Deployments.Docker;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments.Docker;

/// <summary>Names of images, and what their tags tell of versions.</summary>
public class ImageNameTests
{
    private static readonly AppSpec Metabase = new()
    {
        Name = "metabase",
        Versions = new VersionSpec { Scheme = "licensed", Tag = "v{version}", EditionPrefixes = new Dictionary<string, string> { ["oss"] = "0", ["ee"] = "1" } },
        Editions = [new EditionSpec { Id = "oss", Default = true }, new EditionSpec { Id = "ee" }],
        Releases = [new ReleaseSpec { Version = "0.50.1" }, new ReleaseSpec { Version = "0.50.1.2" }],
        Image = new ImageSpec { Repositories = new Dictionary<string, string> { ["oss"] = "metabase/metabase", ["ee"] = "metabase/metabase-enterprise" }, MutableTags = ["^latest$", "\\.x$"] },
    };

    [Theory]
    [InlineData("metabase/metabase:v0.50.1", "metabase/metabase", "v0.50.1", null)]
    [InlineData("127.0.0.1:5000/m/metabase", "127.0.0.1:5000/m/metabase", null, null)]
    [InlineData("127.0.0.1:5000/m:1@sha256:ab", "127.0.0.1:5000/m", "1", "sha256:ab")]
    [InlineData("postgres", "postgres", null, null)]
    public void A_reference_is_repository_tag_and_digest(string text, string repository, string? tag, string? digest)
    {
        var reference = ImageReference.Parse(text);

        Assert.Equal((repository, tag, digest), (reference.Repository, reference.Tag, reference.Digest));
        Assert.Equal(text, reference.ToString());
    }

    [Theory]
    [InlineData("metabase/metabase:v1", true, "")]
    [InlineData("docker.io/metabase/metabase", true, "")]
    [InlineData("mirror.example.org:5000/metabase/metabase:v1", true, "mirror.example.org:5000")]
    [InlineData("ghcr.io/proxy/hub/metabase/metabase", true, "ghcr.io/proxy/hub")]
    [InlineData("metabase/metabase-enterprise", false, "")]
    [InlineData("notmetabase/metabase", false, "")]
    public void An_applications_image_is_known_behind_any_mirror(string text, bool known, string registry)
    {
        Assert.Equal(known, ImageReference.Parse(text).IsOf("metabase/metabase"));
        Assert.Equal(registry, ImageReference.Parse(text).RegistryOf("metabase/metabase"));
    }

    [Fact]
    public void An_official_image_has_no_group_on_a_mirror() => Assert.Equal("127.0.0.1:5000", ImageReference.Parse("127.0.0.1:5000/sampleapp:v1").RegistryOf("sampleapp"));

    [Theory]
    [InlineData("v0.50.1", "0.50.1")]
    [InlineData("v0.50.1.2", "0.50.1.2")]
    [InlineData("v0.99.1", "0.99.1")]
    [InlineData("latest", null)]
    [InlineData("v0.50.x", null)]
    [InlineData("v0.50", null)]
    [InlineData("nightly", null)]
    [InlineData("", null)]
    public void Only_a_tag_that_stays_tells_a_version(string tag, string? version)
    {
        Assert.Equal(version, new ImageTags(Metabase).VersionOf(tag)?.Text);
        Assert.Equal(version is null, new ImageTags(Metabase).IsMutable(tag));
    }

    [Fact]
    public void A_version_is_written_as_its_tag() => Assert.Equal("v0.50.1", new ImageTags(Metabase).TagOf(AppVersion.Parse("0.50.1")));

    [Fact]
    public void A_moving_tag_is_told_by_the_images_own_tag_or_label()
    {
        var container = new ContainerInspect { Image = "sha256:1", Config = new ContainerConfig { Image = "metabase/metabase:latest" } };

        Assert.Null(InstalledVersion.Of(Metabase, container, new ImageInspect()));
        Assert.Equal("0.50.1", InstalledVersion.Of(Metabase, container, new ImageInspect { RepoTags = ["metabase/metabase:latest", "metabase/metabase:v0.50.1"] })!.Text);
        Assert.Equal("0.50.1", InstalledVersion.Of(Metabase, container, Labelled("v0.50.1"))!.Text);
        Assert.Null(InstalledVersion.Of(Metabase, container, Labelled("22.04")));
    }

    [Fact]
    public void What_the_last_run_noted_counts_as_long_as_the_image_is_the_same()
    {
        var labels = new Dictionary<string, string> { [ContainerLabels.Version] = "0.50.1", [ContainerLabels.ImageId] = "sha256:1" };
        var container = new ContainerInspect { Image = "sha256:1", Config = new ContainerConfig { Image = "metabase/metabase@sha256:dd", Labels = labels } };

        Assert.Equal("0.50.1", InstalledVersion.Of(Metabase, container, null)!.Text);
        Assert.Null(InstalledVersion.Of(Metabase, container with { Image = "sha256:2" }, null));
    }

    [Fact]
    public void An_edition_without_an_image_is_not_installed_as_another_one()
    {
        var spec = new AppSpec { Name = "metabase", DisplayName = "Metabase", Editions = Metabase.Editions, Image = new ImageSpec { Repositories = new Dictionary<string, string> { ["oss"] = "metabase/metabase" } } };
        var context = new DeploymentContext { Spec = spec, Operation = new RecordingOperation(), Deployment = new AppDeployment { Name = "web", App = "metabase", Edition = "ee", HostKind = AppHostKind.Docker } };
        var sources = new ImageSources(Substitute.For<IContainerEngine>(), context);

        var failure = Assert.Throws<UpgradeException>(() => sources.ReferenceOf(new SourceRequest { Version = AppVersion.Parse("0.50.1"), Edition = "ee" }, null));

        Assert.Equal("ImageNotFound", failure.ErrorId);
        Assert.Contains("'ee'", failure.Message);
    }

    [Theory]
    [InlineData("me:s3cret@registry.example.org", null)]
    [InlineData("https://me:s3cret@registry.example.org", null)]
    [InlineData(null, "me:s3cret@registry.example.org/metabase:v0.50.1")]
    [InlineData(null, "me:s3cret@registry.example.org/metabase@sha256:ab")]
    public void A_log_in_in_an_address_is_refused_and_not_repeated(string? registry, string? image)
    {
        var context = new DeploymentContext { Spec = Metabase, Operation = new RecordingOperation(), Deployment = new AppDeployment { Name = "web", App = "metabase", Edition = "oss", HostKind = AppHostKind.Docker } };
        var sources = new ImageSources(Substitute.For<IContainerEngine>(), context);

        var failure = Assert.Throws<UpgradeException>(() => sources.ReferenceOf(new SourceRequest { Version = AppVersion.Parse("0.50.1"), Edition = "oss", Registry = registry, Image = image }, null));

        Assert.Equal("RegistryLoginFailed", failure.ErrorId);
        Assert.Contains("-RegistryCredential", failure.Remedy);
        Assert.DoesNotContain("s3cret", failure.Message + failure.Remedy + failure.Target);
        Assert.Equal("r:5000/m@sha256:ab", sources.ReferenceOf(new SourceRequest { Version = AppVersion.Parse("0.50.1"), Image = "r:5000/m@sha256:ab" }, null).ToString());
    }

    [Theory]
    [InlineData("me:s3cret@registry.example.org/a", "registry.example.org/a")]
    [InlineData("registry.example.org:5000", "registry.example.org:5000")]
    [InlineData(null, null)]
    public void No_log_in_of_a_registry_is_written_down(string? given, string? written) => Assert.Equal(written, Addresses.RegistryWithoutLogin(given));

    private static ImageInspect Labelled(string version) => new() { Config = new ContainerConfig { Labels = new Dictionary<string, string> { ["org.opencontainers.image.version"] = version } } };
}
