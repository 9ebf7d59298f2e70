using System.Runtime.CompilerServices;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Paths;

/// <summary>What planning needs of a definition, worked out once: the releases, mandatory stops, gates and requirements in rising order.</summary>
internal sealed class PathIndex
{
    private static readonly ConditionalWeakTable<AppSpec, PathIndex> Indexes = [];
    private readonly Dictionary<string, EditionPaths> _editions = new(StringComparer.OrdinalIgnoreCase);

    private PathIndex(AppSpec spec)
    {
        Scheme = VersionScheme.Of(spec);
        Requirements = new RequirementIndex(spec, Scheme);
        Steps = [.. spec.Steps.Select(step => new StepGate(step, Scheme))];
        foreach (var edition in Scheme.Editions) _editions[edition] = new EditionPaths(spec, ReleaseIndex.Of(spec).Find(edition)!);
    }

    /// <summary>The version scheme.</summary>
    public VersionScheme Scheme { get; }

    /// <summary>What versions need beneath them.</summary>
    public RequirementIndex Requirements { get; }

    /// <summary>The steps in the definition's order.</summary>
    public StepGate[] Steps { get; }

    /// <summary>Gets the index of a definition.</summary>
    /// <param name="spec">The app definition.</param>
    public static PathIndex Of(AppSpec spec) => Indexes.GetValue(spec, static key => new PathIndex(key));

    /// <summary>The paths of an edition.</summary>
    /// <param name="edition">The edition's id, which exists.</param>
    public EditionPaths Edition(string edition) => _editions[edition];
}
