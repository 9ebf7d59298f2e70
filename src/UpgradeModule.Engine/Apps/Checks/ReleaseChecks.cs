namespace UpgradeModule.Engine.Apps.Checks;

/// <summary>The releases.</summary>
internal static class ReleaseChecks
{
    /// <summary>Finds the mistakes.</summary>
    /// <param name="context">The definition.</param>
    public static void Run(CheckContext context)
    {
        var releases = context.Spec.Releases;
        if (releases.Count == 0) context.Add("$.releases", "At least one release is needed.");
        var seen = new Dictionary<AppVersion, int>(releases.Count);
        for (var i = 0; i < releases.Count; i++)
        {
            var release = releases[i];
            if (release.Version.Length == 0) context.Add($"$.releases[{i}].version", "The version is missing.");
            else if (!context.Scheme.TryParse(release.Version, out var parsed)) context.Add($"$.releases[{i}].version", $"'{release.Version}' is not a version by the scheme '{context.Spec.Versions.Scheme}'.");
            else Number(context, i, parsed, seen);

            if (ReleaseStatuses.Parse(release.Status) is null) context.OneOf($"$.releases[{i}].status", release.Status, ReleaseStatuses.Texts);
            if (release.Editions.Count > 0) context.Editions($"$.releases[{i}].editions", release.Editions);
            if (release.Sha256.Count > 0) Checksums(context, $"$.releases[{i}].sha256", release.Sha256);
            if (release.ImageIds.Count > 0) context.EditionKeys($"$.releases[{i}].imageIds", release.ImageIds);
        }
    }

    private static void Number(CheckContext context, int index, ParsedVersion parsed, Dictionary<AppVersion, int> seen)
    {
        if (parsed.Edition is not null && parsed.Edition != context.Scheme.DefaultEdition)
        {
            context.Add($"$.releases[{index}].version", $"Releases are written as the default edition '{context.Scheme.DefaultEdition}' writes them: {context.Scheme.Neutral(parsed.Version)}. Give \"editions\" where only some have it.");
        }

        if (parsed.Variant.Length > 0) context.Add($"$.releases[{index}].version", "A release is written without a build variant.");
        var neutral = context.Scheme.Neutral(parsed.Version);
        if (seen.TryGetValue(neutral, out var first)) context.Add($"$.releases[{index}].version", $"The release {parsed.Version} is here twice: it is $.releases[{first}] too.");
        else seen.Add(neutral, index);
    }

    private static void Checksums(CheckContext context, string path, IReadOnlyDictionary<string, string> sums)
    {
        foreach (var (edition, sum) in sums)
        {
            context.Edition($"{path}.{edition}", edition);
            if (sum.Length != 64 || !sum.All(char.IsAsciiHexDigit)) context.Add($"{path}.{edition}", "A SHA-256 is 64 hexadecimal digits.");
        }
    }
}
