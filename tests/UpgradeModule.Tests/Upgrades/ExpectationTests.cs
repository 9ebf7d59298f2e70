using UpgradeModule.Engine.Upgrades.Steps;

namespace UpgradeModule.Tests.Upgrades;

public sealed class ExpectationTests
{
    [Theory]
    [InlineData(null, null, false)]
    [InlineData("", null, false)]
    [InlineData("  ", "", false)]
    [InlineData("0", null, false)]
    [InlineData("0.00", null, false)]
    [InlineData("False", null, false)]
    [InlineData("f", null, false)]
    [InlineData("1", null, true)]
    [InlineData("no rows", null, true)]
    [InlineData("6", ">5", true)]
    [InlineData("5", "> 5", false)]
    [InlineData("5", ">=5", true)]
    [InlineData("10", "<9", false)]
    [InlineData("8", "<9", true)]
    [InlineData("9", "<=9", true)]
    [InlineData("many", ">5", false)]
    [InlineData(null, "<5", false)]
    [InlineData("5", ">many", false)]
    [InlineData("6.0.5", ">=6.0", true)]
    [InlineData("5.10.2", ">=5.9.3", true)]
    [InlineData("5.0.31", ">=6.0", false)]
    [InlineData("false", "!=true", true)]
    [InlineData("t", "!=true", false)]
    [InlineData(null, "!=true", true)]
    [InlineData("1", "true", true)]
    [InlineData("T", "=true", true)]
    [InlineData("0", "false", true)]
    [InlineData("1.0", "1", true)]
    [InlineData("Done", "done", true)]
    [InlineData(" done ", "done", true)]
    [InlineData("undone", "done", false)]
    [InlineData(null, "done", false)]
    [InlineData("1,5", "15", false)]
    public void A_value_is_compared_as_the_definition_writes_it(string? value, string? expected, bool met) => Assert.Equal(met, Expectation.Met(value, expected));
}
