using FsCheck;
using FsCheck.Fluent;
using UpgradeModule.Engine.Deployments.Systemd;

namespace UpgradeModule.Tests.Deployments.Systemd;

public class UnitCommandTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "\"\"")]
    [InlineData(";", "\";\"")]
    [InlineData("a b", "\"a b\"")]
    [InlineData("100%", "100%%")]
    [InlineData("-Dx=$JAVA_OPTS", "-Dx=$JAVA_OPTS")]
    [InlineData("say \"hi\"", "\"say \\\"hi\\\"\"")]
    [InlineData("it's", "\"it's\"")]
    [InlineData("c:\\x", "\"c:\\\\x\"")]
    [InlineData("a\tb\nc", "\"a\\tb\\nc\"")]
    [InlineData("ä", "ä")]
    public void A_word_is_written_as_a_unit_file_has_it(string word, string written) => Assert.Equal(written, UnitCommand.Quote(word));

    [Fact]
    public void Another_java_keeps_the_arguments_and_the_prefixes()
    {
        var command = new UnitCommand("/usr/bin/java", ["/usr/bin/java", "-Xmx1g", "$JAVA_OPTS", "-jar", "/srv/my app/metabase.jar"], ["ignore-failure", "no-env-expand"]);
        Assert.Equal("-:/opt/java 21/bin/java -Xmx1g $JAVA_OPTS -jar \"/srv/my app/metabase.jar\"", command.With("/opt/java 21/bin/java").ToUnitText().Replace("\"-:/opt/java 21/bin/java\"", "-:/opt/java 21/bin/java", StringComparison.Ordinal));
        Assert.StartsWith("\"-:/opt/java 21/bin/java\" ", command.With("/opt/java 21/bin/java").ToUnitText(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_under_another_name_keeps_that_name() =>
        Assert.Equal("@/bin/busybox sh -c true", new UnitCommand("/bin/busybox", ["sh", "-c", "true"], []).ToUnitText());

    [Fact]
    public void A_prefix_that_is_not_known_is_not_dropped() =>
        Assert.Equal("UnitInvalid", Assert.Throws<UpgradeException>(() => new UnitCommand("/bin/true", ["/bin/true"], ["via-shell"]).ToUnitText()).ErrorId);

    [Fact]
    public void Whatever_the_words_are_systemd_reads_the_same_again() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<string[]>(),
            words =>
            {
                var clean = words.Where(static word => word is not null).Select(static word => new string([.. word.Where(static c => c != '\0' && !char.IsSurrogate(c))])).ToArray();
                return UnitWords.Read(string.Join(' ', clean.Select(UnitCommand.Quote))).SequenceEqual(clean, StringComparer.Ordinal);
            }).QuickCheckThrowOnFailure();
}
