using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Migrations;

namespace UpgradeModule.Engine.Upgrades.MigrateDown;

/// <summary>
/// Tells which of the migrations that are recorded now an older version doesn't have: by the list that a run wrote down when it was upgraded, else by the releases
/// that the definition knows, else by the last one that the version needs, else by the majors in their names.
/// </summary>
/// <param name="spec">The app definition.</param>
/// <param name="recorded">Lists that runs of the deployment wrote down, by version.</param>
internal sealed class MigrationLists(AppSpec spec, IReadOnlyDictionary<AppVersion, IReadOnlyList<string>> recorded)
{
    private readonly MigrationKnowledge _knowledge = new(spec);
    private readonly VersionScheme _scheme = VersionScheme.Of(spec);

    /// <summary>What is known of migrations.</summary>
    public MigrationKnowledge Knowledge => _knowledge;

    /// <summary>Tells which migrations a version doesn't have.</summary>
    /// <param name="version">The version.</param>
    /// <param name="from">The version that brought the newest of them.</param>
    /// <param name="names">The migrations that are recorded, in the order in which they ran.</param>
    /// <returns>Their names, in the order in which they ran; <see langword="null"/> where that can't be told.</returns>
    public IReadOnlyList<string>? After(AppVersion version, AppVersion from, IReadOnlyList<string> names)
    {
        if (recorded.TryGetValue(version, out var list) && list.Count > 0)
        {
            var known = list.ToHashSet(StringComparer.Ordinal);
            return [.. names.Where(name => !known.Contains(name))];
        }

        return ByRelease(version, names) ?? ByRequired(version, names) ?? ByMajor(version, from, names);
    }

    private List<string>? ByRelease(AppVersion version, IReadOnlyList<string> names)
    {
        var releases = names.Select(name => (Name: name, Release: _knowledge.Release(name))).ToList();

        // One that the definition doesn't know may be of any release.
        return releases.Count == 0 || releases.Exists(one => one.Release is null) ? null : [.. releases.Where(one => _scheme.Compare(one.Release!, version) > 0).Select(one => one.Name)];
    }

    private IReadOnlyList<string>? ByRequired(AppVersion version, IReadOnlyList<string> names)
    {
        // Only a version that is named itself has that very migration as its last.
        var needed = (spec.Migrations?.Required ?? []).FirstOrDefault(required => _scheme.TryParse(required.From, out var parsed) && _scheme.Compare(parsed.Version, version) == 0);
        if (needed is null) return null;
        var last = names.ToList().LastIndexOf(needed.Name);
        return last < 0 ? null : [.. names.Skip(last + 1)];
    }

    private List<string>? ByMajor(AppVersion version, AppVersion from, IReadOnlyList<string> names)
    {
        var major = _scheme.Major(version);

        // A database in which nothing is recorded is another one than the application's.
        return !_knowledge.TellsMajor || _scheme.Major(from) <= major || names.Count == 0 ? null : [.. names.Where(name => _knowledge.Major(name) > major)];
    }
}
