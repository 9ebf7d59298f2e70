using System.Globalization;

namespace UpgradeModule.Engine.Backups.Retention;

/// <summary>Applies a rule to backups: those of each deployment and database in each folder by themselves.</summary>
internal static class RetentionPlan
{
    /// <summary>Applies a rule.</summary>
    /// <param name="backups">The backups.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="now">The time, in UTC.</param>
    /// <returns>Those that are kept, and why. The others may be removed.</returns>
    public static IReadOnlyDictionary<AppBackup, string> Kept(IEnumerable<AppBackup> backups, RetentionRule rule, DateTimeOffset now)
    {
        var kept = new Dictionary<AppBackup, string>(ReferenceEqualityComparer.Instance);
        foreach (var group in backups.GroupBy(backup => (BackupGroup.Of(backup), Path.GetDirectoryName(backup.Path)))) Keep([.. group.OrderByDescending(backup => backup.Created).ThenByDescending(backup => backup.Id, StringComparer.Ordinal)], rule, now, kept);
        return kept;
    }

    private static void Keep(IReadOnlyList<AppBackup> newestFirst, RetentionRule rule, DateTimeOffset now, Dictionary<AppBackup, string> kept)
    {
        if (newestFirst.FirstOrDefault(backup => backup.ProvenOn is not null) is { } proven) kept[proven] = "it is the newest that is proven";
        foreach (var backup in newestFirst.Take(rule.Last ?? 0)) kept.TryAdd(backup, $"it is one of the newest {rule.Last}");
        Each(rule.Daily, backup => backup.Created.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), "the day");
        Each(rule.Weekly, backup => string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(backup.Created.UtcDateTime)}-W{ISOWeek.GetWeekOfYear(backup.Created.UtcDateTime):00}"), "the week");
        Each(rule.Monthly, backup => backup.Created.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture), "the month");
        if (rule.OlderThan is not { } age) return;
        foreach (var backup in newestFirst.Where(backup => now - backup.Created <= age)) kept.TryAdd(backup, "it is not old enough");

        void Each(int? count, Func<AppBackup, string> span, string what)
        {
            foreach (var one in newestFirst.GroupBy(span).Take(count ?? 0)) kept.TryAdd(one.First(), $"it is the newest of {what} {one.Key}");
        }
    }
}
