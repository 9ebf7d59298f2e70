using FsCheck;
using FsCheck.Fluent;
using UpgradeModule.Engine.Deployments.Systemd;

namespace UpgradeModule.Tests.Deployments.Systemd;

public class BusValuesTests
{
    [Fact]
    public void Arguments_with_spaces_quotes_and_umlauts_stay_apart()
    {
        const string Line = """a(sasasttttuii) 1 "/bin/sh" 6 "/bin/sh" "-c" "echo \"hi  there\"" "a b" "\303\244%x" "tab\there" 1 "no-env-expand" 1795311152340725 12852224288 1795311152544709 12852428271 91 1 3""";
        var command = Assert.Single(UnitCommand.ReadAll(new BusValues(Line)));
        Assert.Equal("/bin/sh", command.Path);
        Assert.Equal(["/bin/sh", "-c", "echo \"hi  there\"", "a b", "ä%x", "tab\there"], command.Arguments);
        Assert.Equal(["no-env-expand"], command.Flags);
    }

    [Fact]
    public void The_older_property_without_flags_is_read_too()
    {
        var command = Assert.Single(UnitCommand.ReadAll(new BusValues("""a(sasbttttuii) 1 "/usr/bin/java" 3 "/usr/bin/java" "-jar" "/srv/app.jar" true 0 0 0 0 0 0 0""")));
        Assert.Equal(["/usr/bin/java", "-jar", "/srv/app.jar"], command.Arguments);
        Assert.Equal(["ignore-failure"], command.Flags);
    }

    [Theory]
    [InlineData("as 2 \"one\"")]
    [InlineData("as 1 \"one")]
    [InlineData("as 1 \"one\\")]
    [InlineData("as 1 \"\\30")]
    [InlineData("as 1 one")]
    [InlineData("as x")]
    public void What_is_cut_short_is_no_value(string line) => Assert.Throws<FormatException>(() => new BusValues(line).Texts());

    [Fact]
    public void Every_list_of_texts_is_read_as_it_was_written() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<string[]>(),
            texts =>
            {
                var clean = texts.Where(static text => text is not null).Select(static text => new string([.. text.Where(static c => c != '\0' && !char.IsSurrogate(c))])).ToArray();
                return new BusValues("as " + BusText.Array(clean)).Texts().SequenceEqual(clean, StringComparer.Ordinal);
            }).QuickCheckThrowOnFailure();
}
