namespace UpgradeModule.Engine.Apps;

/// <summary>Tells which invariants of a definition a version has on an engine.</summary>
internal static class InvariantFilter
{
    /// <summary>The invariants that can be asked.</summary>
    /// <param name="spec">The app definition.</param>
    /// <param name="engine">The database engine.</param>
    /// <param name="version">The version that runs; where it isn't known, bounds don't count.</param>
    public static IReadOnlyList<InvariantSpec> Applicable(AppSpec spec, DatabaseEngine engine, AppVersion? version) =>
        [.. spec.Invariants.Where(invariant => Speaks(invariant, engine) && Covers(spec, invariant, version))];

    private static bool Speaks(InvariantSpec invariant, DatabaseEngine engine) =>
        (engine == DatabaseEngine.Mongo ? invariant.Mongo : invariant.Sql) is not null
        && (invariant.Engines.Count == 0 || invariant.Engines.Contains(engine.ToString(), StringComparer.OrdinalIgnoreCase));

    private static bool Covers(AppSpec spec, InvariantSpec invariant, AppVersion? version)
    {
        if (version is null) return true;
        var scheme = VersionScheme.Of(spec);
        return (invariant.From is null || scheme.Compare(version, AppVersion.Parse(invariant.From)) >= 0)
            && (invariant.Below is null || scheme.Compare(version, AppVersion.Parse(invariant.Below)) < 0);
    }
}
