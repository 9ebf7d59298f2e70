namespace UpgradeModule.Engine.Apps.Checks;

/// <summary>Migrations, invariants and backups.</summary>
internal static class DataChecks
{
    /// <summary>Finds the mistakes.</summary>
    /// <param name="context">The definition.</param>
    public static void Run(CheckContext context)
    {
        if (context.Spec.Migrations is { } migrations) Migrations(context, migrations);
        Invariants(context);
        for (var i = 0; i < context.Spec.Backup.Stores.Count; i++) context.OneOf($"$.backup.stores[{i}]", context.Spec.Backup.Stores[i], "database", "redis", "files");
        if (context.Spec.Backup.Stores.Count == 0) context.Add("$.backup.stores", "A backup takes at least one store.");
    }

    private static void Migrations(CheckContext context, MigrationSpec migrations)
    {
        context.OneOf("$.migrations.kind", migrations.Kind, "liquibase", "east", "table");
        if (migrations.Kind == "table") context.Required("$.migrations.table", migrations.Table, "The table that lists what ran");
        context.Required("$.migrations.idColumn", migrations.IdColumn, "The column with the migration's name");
        context.Pattern("$.migrations.majorPattern", migrations.MajorPattern, "major");
        context.OneOf("$.migrations.downStep", migrations.DownStep, "major", "release", "migration", "named");
        if (migrations.DownStep == "named" && migrations.DownCommand.Count > 0 && !migrations.DownCommand.Any(word => word.Contains("{migrations}", StringComparison.Ordinal))) context.Add("$.migrations.downCommand", "It is to take back named migrations, and has no {migrations} in it.");
        if (migrations.DownTimeoutMinutes < 1) context.Add("$.migrations.downTimeoutMinutes", "A migrate command needs at least a minute.");
        if (migrations.UpTimeoutMinutes < 1) context.Add("$.migrations.upTimeoutMinutes", "A migrate command needs at least a minute.");
        var from = context.Version("$.migrations.downFrom", migrations.DownFrom);
        var to = context.Version("$.migrations.downTo", migrations.DownTo);
        if (from is not null && to is not null && to > from) context.Add("$.migrations.downTo", $"It may go down to {to}, which is above the first version that can ({from}).");
        if (migrations.DownCommand.Count == 0 && (migrations.DownFrom ?? migrations.DownTo) is not null) context.Add("$.migrations", "It says from where it migrates down, and has no downCommand.");
        for (var i = 0; i < migrations.DownKnownBad.Count; i++)
        {
            var (bad, path) = (migrations.DownKnownBad[i], $"$.migrations.downKnownBad[{i}]");
            context.Required(path + ".reason", bad.Reason, "What happens");
            if (context.Version(path + ".from", bad.From) is { } newer && context.Version(path + ".to", bad.To) is { } older && older > newer) context.Add(path + ".to", $"Down goes from newer to older, and {bad.To} is newer than {bad.From}.");
            if (context.Version(path + ".from", bad.From) is { } first && context.Version(path + ".through", bad.Through) is { } last && last < first) context.Add(path + ".through", $"A range goes up, and {bad.Through} is older than {bad.From}.");
        }

        Required(context, migrations.Required);
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < migrations.Known.Count; i++)
        {
            var (known, path) = (migrations.Known[i], $"$.migrations.known[{i}]");
            if (known.Name is null == known.Pattern is null) context.Add(path, "A migration is told by exactly one of name and pattern.");
            if (known.Name is { } name) context.Unique(names, path + ".name", name, "The migration");
            context.Pattern(path + ".pattern", known.Pattern);
            context.OneOf(path + ".rollback", known.Rollback, "reversible", "noop", "gate");
            context.Version(path + ".release", known.Release);
        }
    }

    private static void Required(CheckContext context, IReadOnlyList<RequiredMigrationSpec> required)
    {
        var seen = new HashSet<AppVersion>();
        for (var i = 0; i < required.Count; i++)
        {
            var path = $"$.migrations.required[{i}]";
            context.Required(path + ".name", required[i].Name, "The migration's name");
            if (context.Version(path + ".from", required[i].From) is { } from && !seen.Add(from)) context.Add(path + ".from", $"The migration that {required[i].From} needs is here twice.");
        }
    }

    private static void Invariants(CheckContext context)
    {
        var seen = new List<(string Name, AppVersion? From, AppVersion? Below)>();
        for (var i = 0; i < context.Spec.Invariants.Count; i++)
        {
            var (invariant, path) = (context.Spec.Invariants[i], $"$.invariants[{i}]");
            context.Required(path + ".name", invariant.Name, "The invariant's name");
            if (invariant.Sql is null == invariant.Mongo is null) context.Add(path, "An invariant is asked by exactly one of sql and mongo.");
            context.JsonObject(path + ".mongo", invariant.Mongo);
            for (var e = 0; e < invariant.Engines.Count; e++) RuntimeChecks.Engine(context, $"{path}.engines[{e}]", invariant.Engines[e]);
            var (from, below) = (context.Version(path + ".from", invariant.From), context.Version(path + ".below", invariant.Below));
            if (from is not null && below is not null && below <= from) context.Add(path + ".below", $"It ends at {below}, before it begins at {from}.");

            // The same number may be asked in another way from a version on; each version has one way.
            if (seen.Any(other => other.Name.Equals(invariant.Name, StringComparison.OrdinalIgnoreCase) && Begins(other.From, below) && Begins(from, other.Below))) context.Add(path + ".name", $"The invariant '{invariant.Name}' is here twice for the same versions.");
            seen.Add((invariant.Name, from, below));
        }
    }

    private static bool Begins(AppVersion? from, AppVersion? below) => from is null || below is null || from < below;
}
