using System.Text.RegularExpressions;
using UpgradeModule.Engine.Readiness;
using UpgradeModule.Tests.Apps;

namespace UpgradeModule.Tests.Readiness;

public sealed class ReadinessListTests
{
    [Fact]
    public void The_help_topic_lists_every_check_and_no_other()
    {
        var text = File.ReadAllText(Path.Combine(Definitions.Root, "module", "en-US", "about_UpgradeModule_Readiness.help.txt"));
        var listed = Regex.Matches(text, @"(?m)^ {6}([A-Z][A-Za-z]+) +(?:Blocker:|Warning:|A setting)").Select(match => match.Groups[1].Value);

        Assert.Equal(ReadinessChecks.All.Select(check => check.Name).Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_class_of_a_check_is_in_the_list_and_each_has_a_name_of_its_own()
    {
        var classes = typeof(ReadinessChecks).Assembly.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false } && typeof(IReadinessCheck).IsAssignableFrom(type));

        Assert.Equal(classes.Select(type => type.Name).Order(StringComparer.Ordinal), ReadinessChecks.All.Select(check => check.GetType().Name).Order(StringComparer.Ordinal));
        Assert.Equal(ReadinessChecks.All.Count, ReadinessChecks.All.Select(check => check.Name).Distinct(StringComparer.Ordinal).Count());
    }
}
