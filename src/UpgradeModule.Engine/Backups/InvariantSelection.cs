using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Backups;

/// <summary>Picks the invariants that an engine and a version have.</summary>
internal static class InvariantSelection
{
    /// <summary>Picks them.</summary>
    /// <param name="spec">The app definition.</param>
    /// <param name="engine">The engine.</param>
    /// <param name="version">The version that runs; all versions' where it isn't known, of several ways to ask the same number the first.</param>
    public static IReadOnlyList<InvariantSpec> For(AppSpec spec, DatabaseEngine engine, AppVersion? version) =>
        [.. spec.Invariants.Where(invariant => HasEngine(invariant, engine) && HasVersion(spec, invariant, version)).DistinctBy(invariant => invariant.Name, StringComparer.OrdinalIgnoreCase)];

    private static bool HasEngine(InvariantSpec invariant, DatabaseEngine engine) =>
        (engine == DatabaseEngine.Mongo ? invariant.Mongo : invariant.Sql) is not null &&
        (invariant.Engines.Count == 0 || invariant.Engines.Contains(engine.ToString(), StringComparer.OrdinalIgnoreCase));

    private static bool HasVersion(AppSpec spec, InvariantSpec invariant, AppVersion? version)
    {
        if (version is null) return true;
        if (invariant.From is not null && Compare(spec, version, invariant.From) < 0) return false;
        return invariant.Below is null || Compare(spec, version, invariant.Below) < 0;
    }

    private static int Compare(AppSpec spec, AppVersion version, string bound) => VersionScheme.Of(spec).Compare(version, AppVersion.Parse(bound));
}
