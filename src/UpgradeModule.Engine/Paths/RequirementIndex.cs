using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Paths;

/// <summary>What versions need beneath them, by the version from which each demand holds.</summary>
internal sealed class RequirementIndex
{
    private readonly (AppVersion From, (RuntimeRequirement Need, DatabaseEngine? Engine)[] Needs)[] _levels;

    /// <summary>Works the demands out.</summary>
    /// <param name="spec">The app definition.</param>
    /// <param name="scheme">The version scheme.</param>
    public RequirementIndex(AppSpec spec, VersionScheme scheme)
    {
        var levels = new List<(AppVersion, (RuntimeRequirement, DatabaseEngine?)[])>();
        var current = new List<(RuntimeRequirement Need, DatabaseEngine? Engine)>();
        foreach (var level in spec.Requirements.GroupBy(need => scheme.Neutral(scheme.Parse(need.From).Version)).OrderBy(group => group.Key))
        {
            foreach (var need in level)
            {
                var requirement = new RuntimeRequirement { Name = need.Name, Minimum = need.Minimum, Recommended = need.Recommended, Maximum = need.Maximum, Note = need.Note, Arguments = need.Arguments };
                var at = current.FindIndex(known => known.Need.Name == need.Name);
                if (at < 0) current.Add((requirement, Engine(need)));
                else current[at] = (requirement, Engine(need));
            }

            levels.Add((level.Key, [.. current]));
        }

        _levels = [.. levels];
    }

    /// <summary>What a version needs.</summary>
    /// <param name="version">The version, without its pre-release part.</param>
    /// <param name="engine">The engine that holds the data: what is needed of other database engines is left out. All stay where it isn't known.</param>
    public IReadOnlyList<RuntimeRequirement> At(AppVersion version, DatabaseEngine? engine)
    {
        for (var i = _levels.Length - 1; i >= 0; i--)
        {
            if (_levels[i].From <= version) return [.. _levels[i].Needs.Where(need => engine is null || need.Engine is null || need.Engine == engine).Select(static need => need.Need)];
        }

        return [];
    }

    // Which database engine a demand is about: none for a runtime, and for engines that hold no application's data, such as redis.
    private static DatabaseEngine? Engine(RequirementSpec need) => need.Kind != "engine" ? null : need.Name.ToLowerInvariant() switch
    {
        "postgres" or "postgresql" => DatabaseEngine.Postgres,
        "mysql" or "mariadb" => DatabaseEngine.MySql,
        "h2" => DatabaseEngine.H2,
        "sqlite" => DatabaseEngine.Sqlite,
        "mongodb" or "mongodb-fcv" => DatabaseEngine.Mongo,
        _ => null,
    };
}
