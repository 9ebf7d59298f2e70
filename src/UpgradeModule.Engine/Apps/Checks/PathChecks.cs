namespace UpgradeModule.Engine.Apps.Checks;

/// <summary>The rules of the path, requirements and support.</summary>
internal static class PathChecks
{
    /// <summary>Finds the mistakes.</summary>
    /// <param name="context">The definition.</param>
    public static void Run(CheckContext context)
    {
        Rules(context);
        Requirements(context);
        Support(context);
    }

    /// <summary>Whether any edition has a release that can be installed and for which a condition holds.</summary>
    /// <param name="context">The definition.</param>
    /// <param name="condition">The condition.</param>
    public static bool Any(CheckContext context, Func<ReleaseEntry, bool> condition)
    {
        var index = ReleaseIndex.Of(context.Spec);
        foreach (var edition in context.Scheme.Editions)
        {
            foreach (var release in index.Find(edition) ?? [])
            {
                if (release.Usable && condition(release)) return true;
            }
        }

        return false;
    }

    private static void Rules(CheckContext context)
    {
        var rules = context.Spec.Path.Stops;
        for (var i = 0; i < rules.Count; i++)
        {
            var (rule, path) = (rules[i], $"$.path.stops[{i}]");
            context.Required(path + ".reason", rule.Reason, "The reason");
            if (rule.Version is not null)
            {
                if (rule.FromMajor is not null || rule.ThroughMajor is not null) context.Add(path, "A rule has either a version or majors, not both.");
                var version = context.Version(path + ".version", rule.Version);
                if (version is not null && !Any(context, release => release.Neutral == version)) context.Add(path + ".version", $"There is no release {rule.Version} that can be installed.");
                continue;
            }

            if (rule.FromMajor > rule.ThroughMajor) context.Add(path, $"The first major ({rule.FromMajor}) is above the last ({rule.ThroughMajor}).");
            if (rule.FromMajor is { } from && !Any(context, release => release.Major == from)) context.Add(path + ".fromMajor", $"There is no release of {from} that can be installed.");
            if (rule.ThroughMajor is { } through && !Any(context, release => release.Major == through)) context.Add(path + ".throughMajor", $"There is no release of {through} that can be installed.");
        }
    }

    private static void Requirements(CheckContext context)
    {
        var seen = new HashSet<(string, AppVersion)>();
        for (var i = 0; i < context.Spec.Requirements.Count; i++)
        {
            var (need, path) = (context.Spec.Requirements[i], $"$.requirements[{i}]");
            context.Required(path + ".name", need.Name, "What is required");
            context.OneOf(path + ".kind", need.Kind, "runtime", "engine");
            if (context.Version(path + ".from", need.From) is { } from && !seen.Add((need.Name, from))) context.Add(path + ".from", $"What {need.Name} must be from {need.From} on is here twice.");
            context.ForeignVersion(path + ".minimum", need.Minimum);
            context.ForeignVersion(path + ".recommended", need.Recommended);
            context.ForeignVersion(path + ".maximum", need.Maximum);
            if (need.Minimum is null && need.Recommended is null && need.Maximum is null) context.Add(path, "It demands nothing: give a minimum, recommended or maximum.");
        }
    }

    private static void Support(CheckContext context)
    {
        var seen = new HashSet<int>();
        for (var i = 0; i < context.Spec.Support.Count; i++)
        {
            var (support, path) = (context.Spec.Support[i], $"$.support[{i}]");
            if (!seen.Add(support.Major)) context.Add(path + ".major", $"The support of {support.Major} is here twice.");
            if (support.EndOfLife < support.Released) context.Add(path + ".endOfLife", "The support ends before the first release.");
        }
    }
}
