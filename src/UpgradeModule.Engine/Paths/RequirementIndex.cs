using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Paths;

/// <summary>What versions need beneath them, by the version from which each demand holds.</summary>
internal sealed class RequirementIndex
{
    private readonly (AppVersion From, RuntimeRequirement[] Needs)[] _levels;

    /// <summary>Works the demands out.</summary>
    /// <param name="spec">The app definition.</param>
    /// <param name="scheme">The version scheme.</param>
    public RequirementIndex(AppSpec spec, VersionScheme scheme)
    {
        var levels = new List<(AppVersion, RuntimeRequirement[])>();
        var current = new List<RuntimeRequirement>();
        foreach (var level in spec.Requirements.GroupBy(need => scheme.Neutral(scheme.Parse(need.From).Version)).OrderBy(group => group.Key))
        {
            foreach (var need in level)
            {
                var requirement = new RuntimeRequirement { Name = need.Name, Minimum = need.Minimum, Recommended = need.Recommended, Maximum = need.Maximum, Note = need.Note };
                var at = current.FindIndex(known => known.Name == need.Name);
                if (at < 0) current.Add(requirement);
                else current[at] = requirement;
            }

            levels.Add((level.Key, [.. current]));
        }

        _levels = [.. levels];
    }

    /// <summary>What a version needs.</summary>
    /// <param name="version">The version, without its pre-release part.</param>
    public IReadOnlyList<RuntimeRequirement> At(AppVersion version)
    {
        for (var i = _levels.Length - 1; i >= 0; i--)
        {
            if (_levels[i].From <= version) return _levels[i].Needs;
        }

        return [];
    }
}
