using UpgradeModule.Engine.Deployments.Files;

namespace UpgradeModule.Tests.Deployments;

public class EnvironmentFileTests
{
    [Theory]
    [InlineData("A=b", "A", "b")]
    [InlineData("A=b\r\n", "A", "b")]
    [InlineData("  A = b  \n", "A", "b")]
    [InlineData("A=", "A", "")]
    [InlineData("A=b c\td  ", "A", "b c\td")]
    [InlineData("A=b#c", "A", "b#c")]
    [InlineData("A=b # no comment", "A", "b # no comment")]
    [InlineData("A=\"b c \"", "A", "b c ")]
    [InlineData("A='b \"c\" \\d'", "A", "b \"c\" \\d")]
    [InlineData("A=\"b\\\"c\\\\d\\$e\\xf\"", "A", "b\"c\\d$e\\xf")]
    [InlineData("A=b\"c\"d", "A", "b\"c\"d")]
    [InlineData("A=\"b\"c", "A", "bc")]
    [InlineData("A=b\\ c\\\\d", "A", "b c\\d")]
    [InlineData("A=b\\\nc", "A", "bc")]
    [InlineData("A=\"b\nc\"", "A", "b\nc")]
    [InlineData("A='b\nc'", "A", "b\nc")]
    [InlineData("A=\"b", "A", "b")]
    [InlineData("export A=b", "A", "b")]
    [InlineData("export\tA='b'", "A", "b")]
    [InlineData("\uFEFFA=b", "A", "b")]
    [InlineData("A=postgres://u:p=w@h/d?x=y", "A", "postgres://u:p=w@h/d?x=y")]
    [InlineData("A=$HOME/x", "A", "$HOME/x")]
    [InlineData("A=1\nA=2", "A", "2")]
    public void A_variable_has_the_value_that_systemd_reads(string text, string name, string value)
    {
        var last = EnvironmentFile.Parse(text, escapes: true)[^1];
        Assert.Equal(name, last.Key);
        Assert.Equal(value, last.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# A=b")]
    [InlineData("; A=b")]
    [InlineData("  # A=b")]
    [InlineData("# A=b \\\nB=c")]
    [InlineData("A")]
    [InlineData("1A=b")]
    [InlineData("A B=c")]
    [InlineData("=b")]
    public void What_is_no_variable_is_passed_over(string text) => Assert.Empty(EnvironmentFile.Parse(text, escapes: true));

    [Fact]
    public void A_path_of_Windows_keeps_its_backslashes_there() =>
        Assert.Equal(@"C:\data\x.db", EnvironmentFile.Parse(@"A=C:\data\x.db", escapes: false)[0].Value);

    [Fact]
    public async Task A_file_that_is_missing_is_named()
    {
        var path = Path.Combine(Path.GetTempPath(), "no-such-file.env");
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => EnvironmentFile.ReadAsync(path, CancellationToken.None));
        Assert.Equal("EnvironmentFileNotFound", failure.ErrorId);
        Assert.Equal(path, failure.Target);
    }
}
