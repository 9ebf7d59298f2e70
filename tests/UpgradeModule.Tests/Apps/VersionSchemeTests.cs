using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Tests.Apps;

public class VersionSchemeTests
{
    private static readonly VersionScheme Metabase = VersionScheme.Of(Definitions.Metabase);
    private static readonly VersionScheme Overleaf = VersionScheme.Of(Definitions.Overleaf);

    [Theory]
    [InlineData("v0.50.12", "0.50.12", "oss", 50)]
    [InlineData("v1.50.12", "1.50.12", "ee", 50)]
    [InlineData("x.49.1", "0.49.1", null, 49)]
    [InlineData("X.49.1", "0.49.1", null, 49)]
    [InlineData("49.6", "0.49.6", null, 49)]
    [InlineData("0.46.6.4", "0.46.6.4", "oss", 46)]
    [InlineData("0.49.0-RC1", "0.49.0-RC1", "oss", 49)]
    [InlineData("0.23.0.RC1", "0.23.0.RC1", "oss", 23)]
    [InlineData("1.42.0-preview1", "1.42.0-preview1", "ee", 42)]
    [InlineData("0.36.0-snapshot", "0.36.0-snapshot", "oss", 36)]
    [InlineData("0.53.0-beta", "0.53.0-beta", "oss", 53)]
    public void Metabase_reads(string text, string version, string? edition, int major)
    {
        var parsed = Metabase.Parse(text);
        Assert.Equal((version, edition, major), (parsed.Version.Text, parsed.Edition, Metabase.Major(parsed.Version)));
    }

    [Theory]
    [InlineData("5.5.4", "5.5.4", "", 5)]
    [InlineData("5.5.4-with-texlive-full", "5.5.4-with-texlive-full", "with-texlive-full", 5)]
    [InlineData("6.0.0-RC1", "6.0.0-RC1", "", 6)]
    public void Overleaf_reads(string text, string version, string variant, int major)
    {
        var parsed = Overleaf.Parse(text);
        Assert.Equal((version, variant, null, major), (parsed.Version.Text, parsed.Variant, parsed.Edition, Overleaf.Major(parsed.Version)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("latest")]
    [InlineData("1.40.X")]
    [InlineData("v")]
    [InlineData("0..1")]
    [InlineData("0.50.12 ; rm")]
    [InlineData("0.50.12-with-anything")]
    public void Metabase_does_not_take(string text) => Assert.Equal("VersionInvalid", Assert.Throws<UpgradeException>(() => Metabase.Parse(text)).ErrorId);

    [Theory]
    [InlineData("latest", VersionTargetKind.Latest, null, null)]
    [InlineData(null, VersionTargetKind.Latest, null, null)]
    [InlineData("50", VersionTargetKind.Version, "0.50", null)]
    [InlineData("0.50", VersionTargetKind.Version, "0.50", "oss")]
    [InlineData("1.50.X", VersionTargetKind.Newest, "0.50", "ee")]
    [InlineData("x.50", VersionTargetKind.Version, "0.50", null)]
    [InlineData("x.50.x", VersionTargetKind.Newest, "0.50", null)]
    [InlineData("v0.55.18.x", VersionTargetKind.Newest, "0.55.18", "oss")]
    [InlineData("v1.50.3", VersionTargetKind.Version, "0.50.3", "ee")]
    public void A_target_is_read(string? text, VersionTargetKind kind, string? version, string? edition)
    {
        var target = Metabase.ParseTarget(text);
        Assert.Equal((kind, version, edition), (target.Kind, target.Version?.Text, target.Edition));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("x.x")]
    [InlineData("0.50.0-RC1.x")]
    [InlineData("five")]
    public void A_target_is_refused(string text) => Assert.Equal("VersionInvalid", Assert.Throws<UpgradeException>(() => Metabase.ParseTarget(text)).ErrorId);

    [Fact]
    public void The_licence_number_does_not_count_and_a_pre_release_is_older()
    {
        Assert.Equal(0, Metabase.Compare(V("0.50.12"), V("1.50.12")));
        Assert.True(Metabase.Compare(V("1.9.3"), V("0.10.4.1")) < 0);
        Assert.True(Metabase.Compare(V("1.49.0-RC1"), V("0.49.0")) < 0);
        Assert.True(Overleaf.Compare(V("5.9.0"), V("5.10.0")) < 0);
        Assert.Equal(0, Overleaf.Compare(V("5.5.4-with-texlive-full"), V("5.5.4")));

        static AppVersion V(string text) => AppVersion.Parse(text);
    }

    [Fact]
    public void An_edition_writes_its_own_number_and_tags_keep_the_letter()
    {
        var version = AppVersion.Parse("0.49.0-RC1");
        Assert.Equal("1.49.0-RC1", Metabase.In(version, "ee").Text);
        Assert.Equal("v1.49.0-RC1", Metabase.Tag(version, "ee"));
        Assert.Equal("v0.49.0-RC1", Metabase.Tag(version));
        Assert.Same(version, Metabase.In(version, "oss"));
        Assert.Equal("5.5.4", Overleaf.Tag(AppVersion.Parse("5.5.4"), "pro"));
    }

    [Fact]
    public void Every_release_reads_back_as_it_is_written_in_each_edition()
    {
        foreach (var (spec, scheme) in (IEnumerable<(AppSpec, VersionScheme)>)[(Definitions.Metabase, Metabase), (Definitions.Overleaf, Overleaf)])
        {
            foreach (var edition in scheme.Editions)
            {
                foreach (var release in ReleaseIndex.Of(spec).Find(edition)!)
                {
                    var parsed = scheme.Parse(release.Version.Text);
                    Assert.Equal(release.Version.Text, parsed.Version.Text);
                    Assert.Equal(release.Neutral, scheme.Neutral(parsed.Version));
                    Assert.True(parsed.Edition is null || parsed.Edition == edition);
                }
            }
        }
    }
}
