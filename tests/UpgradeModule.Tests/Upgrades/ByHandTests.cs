using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades;

namespace UpgradeModule.Tests.Upgrades;

/// <summary>The commands with which a person ends a way back that failed.</summary>
public class ByHandTests
{
    private static readonly UpgradeStop Stop = new() { Order = 1, From = AppVersion.Parse("1.0.0"), To = AppVersion.Parse("1.1.0"), Edition = "standard" };

    [Fact]
    public void A_failed_container_is_kept_from_starting_again_before_it_is_put_aside()
    {
        var lines = Container("always", "0");

        var aside = Assert.Single(lines, static line => line.Contains("rename 'web' 'web.failed-1.1.0'", StringComparison.Ordinal));
        Assert.StartsWith("if (docker ps --all --quiet --filter 'name=^/?web$') { docker update --restart no 'web'; docker rename", aside, StringComparison.Ordinal);
        Assert.StartsWith("# the next two only where", lines[lines.IndexOf(aside) - 1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("always", "0", "docker update --restart always 'web'")]
    [InlineData("on-failure", "5", "docker update --restart on-failure:5 'web'")]
    [InlineData("on-failure", "0", "docker update --restart on-failure 'web'")]
    public void The_restart_policy_is_given_back_with_its_retries(string policy, string retries, string expected) => Assert.Equal(expected, Container(policy, retries)[^1]);

    [SkippableFact]
    public void A_database_file_is_put_back_with_its_owner()
    {
        Skip.If(OperatingSystem.IsWindows(), "Files have no owner and mode there that a copy loses.");
        var lines = ByHand.Data(new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = "/srv/app/it's.db" }, new ReturnPoint { Kind = "DatabaseFile", Location = "/srv/app/kept.db" }).ToList();

        Assert.Equal("cp --preserve=all -- '/srv/app/kept.db' '/srv/app/it''s.db'", lines[^1]);
    }

    private static List<string> Container(string policy, string retries) =>
        [.. ByHand.Version(new ReturnPoint { Kind = "Container", Location = "web.um-kept", Data = new Dictionary<string, string> { ["restartPolicy"] = policy, ["restartRetries"] = retries } }, new AppHostSettings { Container = "web" }, Stop)];
}
