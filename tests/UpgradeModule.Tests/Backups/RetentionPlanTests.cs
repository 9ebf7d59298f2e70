using FsCheck;
using FsCheck.Fluent;
using UpgradeModule.Engine.Backups.Retention;

namespace UpgradeModule.Tests.Backups;

public sealed class RetentionPlanTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<AppBackup[]> s_backups = Gen.Choose(0, 400 * 24).SelectMany(hours => Gen.Choose(0, 9).Select(dice => (hours, dice))).ListOf().Select(all => all
        .Select((one, number) => Backup(s_now.AddHours(-one.hours), proven: one.dice < 3, deployment: one.dice % 2 == 0 ? "web" : "wiki", number)).ToArray());

    private static readonly Gen<RetentionRule> s_rules = Gen.Choose(0, 8).ArrayOf(5).Select(given => new RetentionRule { Last = Some(given[0]), Daily = Some(given[1]), Weekly = Some(given[2]), Monthly = Some(given[3]), OlderThan = Some(given[4]) is { } weeks ? TimeSpan.FromDays(7 * weeks) : null });

    [Fact]
    public void Days_weeks_and_months_keep_their_newest_and_those_without_a_backup_do_not_count()
    {
        string[] times = ["2026-11-22T10:00", "2026-11-22T01:00", "2026-11-20T23:00", "2026-11-20T01:00", "2026-11-15T23:00", "2026-11-09T00:00", "2026-10-31T12:00", "2026-08-01T00:00"];
        var backups = times.Select((time, number) => Backup(DateTimeOffset.Parse(time + "Z", System.Globalization.CultureInfo.InvariantCulture), proven: false, "web", number)).ToArray();

        var kept = RetentionPlan.Kept(backups, new RetentionRule { Daily = 2, Weekly = 3, Monthly = 3 }, s_now);

        Assert.Equal(["2026-11-22T10:00", "2026-11-20T23:00", "2026-11-15T23:00", "2026-10-31T12:00", "2026-08-01T00:00"], backups.Where(kept.ContainsKey).Select(backup => backup.Created.ToString("yyyy-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal("it is the newest of the week 2026-W46", kept[backups[4]]);
    }

    [Fact]
    public void The_newest_proven_backup_of_each_deployment_is_always_kept() => Check((backups, rule) =>
    {
        var kept = RetentionPlan.Kept(backups, rule, s_now);
        return backups.Where(backup => backup.ProvenOn is not null).GroupBy(backup => backup.Deployment).All(group => group.Where(kept.ContainsKey).Max(backup => backup.Created) == group.Max(backup => backup.Created));
    });

    [Fact]
    public void Keeping_more_never_keeps_less() => Check((backups, rule) =>
    {
        var kept = RetentionPlan.Kept(backups, rule, s_now).Keys.ToHashSet();
        RetentionRule[] more = [rule with { Last = (rule.Last ?? 0) + 1 }, rule with { Daily = (rule.Daily ?? 0) + 1 }, rule with { Weekly = (rule.Weekly ?? 0) + 2 }, rule with { Monthly = (rule.Monthly ?? 0) + 1 }, rule with { OlderThan = (rule.OlderThan ?? TimeSpan.Zero) + TimeSpan.FromDays(3) }];
        return more.All(wider => kept.IsSubsetOf(RetentionPlan.Kept(backups, wider, s_now).Keys));
    });

    [Fact]
    public void What_a_rule_keeps_it_keeps_again() => Check((backups, rule) =>
    {
        var kept = RetentionPlan.Kept(backups, rule, s_now).Keys.ToList();
        return RetentionPlan.Kept(kept, rule, s_now).Count == kept.Count;
    });

    [Fact]
    public void As_many_of_the_newest_are_kept_as_are_asked_for_and_none_that_is_too_young_goes() => Check((backups, rule) =>
    {
        var kept = RetentionPlan.Kept(backups, rule, s_now);
        var newest = backups.GroupBy(backup => backup.Deployment).All(group => group.OrderByDescending(backup => backup.Created).ThenByDescending(backup => backup.Id, StringComparer.Ordinal).Take(rule.Last ?? 0).All(kept.ContainsKey));
        return newest && backups.Where(backup => rule.OlderThan is { } age && s_now - backup.Created <= age).All(kept.ContainsKey);
    });

    [Fact]
    public void One_deployment_does_not_matter_to_another() => Check((backups, rule) =>
    {
        var web = backups.Where(backup => backup.Deployment == "web").ToList();
        return RetentionPlan.Kept(web, rule, s_now).Keys.ToHashSet().SetEquals(RetentionPlan.Kept(backups, rule, s_now).Keys.Where(backup => backup.Deployment == "web"));
    });

    [Fact]
    public void A_deployment_of_the_same_name_with_another_database_does_not_matter_either() => Check((backups, rule) =>
    {
        AppBackup[] elsewhere = [.. backups.Select(backup => backup with { Id = backup.Id + "b", Path = backup.Path + "b", Database = "postgres://b/app", Created = backup.Created.AddMinutes(1) })];
        var kept = RetentionPlan.Kept(backups.Concat(elsewhere), rule, s_now);
        return RetentionPlan.Kept(backups, rule, s_now).Keys.Concat(RetentionPlan.Kept(elsewhere, rule, s_now).Keys).ToHashSet().SetEquals(kept.Keys);
    });

    [Theory]
    [InlineData("postgres://app@localhost:5432/app", true)]
    [InlineData("postgres://app@127.0.0.1/app", true)]
    [InlineData("postgres:///app", true)]
    [InlineData("postgres://app@[::1]:5432/app", true)]
    [InlineData("postgres:///var/run/postgresql/app", true)]
    [InlineData("h2:/srv/metabase/metabase.db.mv.db", true)]
    [InlineData(null, true)]
    [InlineData("postgres://app@db.example.com:5432/app", false)]
    [InlineData("mysql://me@corp@10.0.0.5/app", false)]
    public void Where_an_address_means_another_database_on_each_machine_backups_of_each_are_kept_by_themselves(string? address, bool apart)
    {
        AppBackup[] backups = [.. new[] { "A", "b", "a", null }.Select((machine, number) => Backup(s_now.AddHours(-number), proven: true, "web", number) with { Database = address, Machine = machine })];

        var kept = RetentionPlan.Kept(backups, new RetentionRule { Last = 1 }, s_now);

        Assert.Equal(apart ? [backups[0], backups[1], backups[3]] : [backups[0]], backups.Where(kept.ContainsKey));
    }

    private static void Check(Func<AppBackup[], RetentionRule, bool> holds) =>
        Prop.ForAll(s_backups.ToArbitrary(), s_rules.ToArbitrary(), holds).QuickCheckThrowOnFailure();

    private static int? Some(int number) => number is 0 or > 6 ? null : number;

    private static AppBackup Backup(DateTimeOffset created, bool proven, string deployment, int number) =>
        new() { Id = $"{deployment}-{number:000}", Deployment = deployment, App = "app", Created = created, Path = $"/backups/{deployment}-{number:000}", ProvenOn = proven ? created.AddMinutes(5) : null };
}
