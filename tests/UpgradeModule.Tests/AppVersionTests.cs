namespace UpgradeModule.Tests;

public class AppVersionTests
{
    [Theory]
    [InlineData("5.9.0", "5.10.0")]
    [InlineData("9.9.9", "10.0.0")]
    [InlineData("4.2.9", "4.2.10")]
    [InlineData("0.46.6", "0.46.6.4")]
    [InlineData("0.9.3", "0.10.4.1")]
    [InlineData("6.0.0-RC1", "6.0.0")]
    [InlineData("6.0.0-RC2", "6.0.0-RC10")]
    [InlineData("6.0.0-beta", "6.0.0-RC1")]
    [InlineData("0.23.0.RC1", "0.23.0")]
    public void The_first_is_older(string older, string newer)
    {
        Assert.True(AppVersion.Parse(older) < AppVersion.Parse(newer));
        Assert.True(AppVersion.Parse(newer) > AppVersion.Parse(older));
    }

    [Theory]
    [InlineData("v0.50.12", "0.50.12")]
    [InlineData("5.5", "5.5.0")]
    [InlineData("5.5.4-with-texlive-full", "5.5.4")]
    [InlineData("6.0.0-rc1", "6.0.0-RC1")]
    public void Both_are_the_same_release(string left, string right)
    {
        Assert.Equal(AppVersion.Parse(left), AppVersion.Parse(right));
        Assert.Equal(AppVersion.Parse(left).GetHashCode(), AppVersion.Parse(right).GetHashCode());
    }

    [Theory]
    [InlineData("")]
    [InlineData("latest")]
    [InlineData("1.40.X")]
    [InlineData("v")]
    [InlineData("1..2")]
    [InlineData("1.2.3 4")]
    [InlineData("99999999999.1")]
    [InlineData("1.2/../3")]
    public void It_is_no_version(string text)
    {
        Assert.False(AppVersion.TryParse(text, out _));
        Assert.Throws<FormatException>(() => AppVersion.Parse(text));
    }

    [Fact]
    public void A_variant_is_kept_and_printed()
    {
        var version = AppVersion.Parse("5.5.4-with-texlive-full");
        Assert.Equal("with-texlive-full", version.Variant);
        Assert.False(version.IsPreRelease);
        Assert.Equal("5.5.4-with-texlive-full", version.ToString());
    }
}
