using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Migrations;

/// <summary>Tells whether a database is migrated as far as a version needs it, by the names that the version's definition gives.</summary>
internal static class RequiredMigration
{
    /// <summary>Finds the migration that a version needs and that isn't recorded.</summary>
    /// <param name="spec">The app definition.</param>
    /// <param name="version">The version.</param>
    /// <param name="state">What the database tells.</param>
    /// <returns>The migration's name; <see langword="null"/> where it is recorded, or where the definition demands none of the version.</returns>
    public static string? Missing(AppSpec spec, AppVersion version, MigrationState state)
    {
        var scheme = VersionScheme.Of(spec);
        var needed = (spec.Migrations?.Required ?? [])
            .Select(required => (From: scheme.Parse(required.From).Version, required.Name))
            .Where(required => scheme.Compare(required.From, version) <= 0)
            .OrderBy(required => scheme.Neutral(required.From))
            .LastOrDefault();
        return needed.Name is null || state.Names.Contains(needed.Name, StringComparer.Ordinal) ? null : needed.Name;
    }
}
