using UpgradeModule.Engine.Databases.MySql;

namespace UpgradeModule.Tests.Databases.MySql;

/// <summary>What the lines of SHOW GRANTS mean.</summary>
public class MySqlGrantsTests
{
    [Theory]
    [InlineData("GRANT SELECT ON `app`.`users` TO `u`@`%`")]
    [InlineData("GRANT SELECT (`id`), INSERT (`id`) ON `app`.* TO `u`@`%`")]
    [InlineData("GRANT EXECUTE ON PROCEDURE `app`.`p` TO `u`@`%`")]
    [InlineData("GRANT PROXY ON ''@'%' TO 'u'@'%' WITH GRANT OPTION")]
    [InlineData("GRANT `reader` TO `u`@`%`")]
    [InlineData("GRANT `reader`@`%`,`writer`@`%` TO `u`@`%`")]
    [InlineData("SET DEFAULT ROLE `reader` FOR `u`@`%`")]
    [InlineData("GRANT USAGE ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*x'")]
    [InlineData("GRANT SELECT ON `other`.* TO `u`@`%`")]
    [InlineData("GRANT INSERT, SELECT (`a ON *.* TO `) ON `app`.`t` TO `u`@`%`")]
    public void What_is_given_on_less_than_the_database_is_no_right_on_it(string line)
    {
        var grants = MySqlGrants.Of(["GRANT USAGE ON *.* TO `u`@`%`", line]);
        foreach (var right in new[] { "SELECT", "INSERT", "EXECUTE", "CREATE" }) Assert.False(grants.Has("app", right), right);
    }

    [Theory]
    [InlineData("GRANT SELECT, SHOW VIEW ON `app`.* TO `u`@`%`")]
    [InlineData("GRANT SELECT, SHOW VIEW ON `ap%`.* TO `reader`")]
    [InlineData("GRANT SELECT, SHOW VIEW ON app.* TO u@localhost")]
    [InlineData("GRANT SELECT, SHOW VIEW, BINLOG MONITOR ON *.* TO 'u'@'%' WITH GRANT OPTION")]
    [InlineData("GRANT ALL PRIVILEGES ON `app`.* TO `u`@`%`")]
    public void What_is_given_on_the_database_or_on_all_is(string line) => Assert.True(MySqlGrants.Of([line]) is var grants && grants.Has("app", "SELECT") && grants.Has("app", "SHOW VIEW"));

    [Fact]
    public void What_is_taken_back_for_one_database_is_gone_there_alone()
    {
        var grants = MySqlGrants.Of(["GRANT SELECT, EVENT, PROCESS ON *.* TO `u`@`%`", "REVOKE SELECT ON `a_p`.* FROM `u`@`%`"]);
        Assert.Equal((false, true, true, true), (grants.Has("a_p", "SELECT"), grants.Has("a_p", "EVENT"), grants.Has("axp", "SELECT"), grants.HasEverywhere("PROCESS")));
        Assert.False(MySqlGrants.Of(["GRANT ALL PRIVILEGES ON `app`.* TO `u`@`%`"]).HasEverywhere("PROCESS"));
    }
}
