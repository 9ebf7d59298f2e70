using System.Text.RegularExpressions;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>How an application's versions and the tags of its images belong together.</summary>
internal sealed class ImageTags
{
    private readonly AppSpec _spec;
    private readonly VersionScheme _scheme;
    private readonly string _before;
    private readonly string _after;
    private readonly int _numbers;

    /// <summary>Prepares to read and write tags.</summary>
    /// <param name="spec">The application.</param>
    public ImageTags(AppSpec spec)
    {
        _spec = spec;
        _scheme = VersionScheme.Of(spec);
        var template = (spec.Image?.Tag ?? "{tag}").Replace("{tag}", spec.Versions.Tag, StringComparison.Ordinal);
        var place = template.IndexOf("{version}", StringComparison.Ordinal);
        (_before, _after) = place < 0 ? (template, "") : (template[..place], template[(place + "{version}".Length)..]);
        _numbers = spec.Releases.Select(static release => AppVersion.TryParse(release.Version, out var version) ? version.Numbers.Count : int.MaxValue).DefaultIfEmpty(1).Min();
    }

    /// <summary>The tag of a version.</summary>
    /// <param name="version">The version.</param>
    public string TagOf(AppVersion version) => _before + version.Text + _after;

    /// <summary>
    /// Whether a tag moves: today it names one image, tomorrow another. So do <c>latest</c>, what the definition lists, and any tag that isn't a whole version.
    /// </summary>
    /// <param name="tag">The tag; none stands for <c>latest</c>.</param>
    public bool IsMutable(string? tag) => string.IsNullOrEmpty(tag) || IsListed(tag) || Read(tag) is null;

    /// <summary>The version that a tag stands for, for good; <see langword="null"/> where it moves.</summary>
    /// <param name="tag">The tag.</param>
    public AppVersion? VersionOf(string? tag) => string.IsNullOrEmpty(tag) || IsListed(tag) ? null : Read(tag);

    /// <summary>A version that an image's label tells, where the definition knows it: labels are inherited from base images, whose versions they tell then.</summary>
    /// <param name="text">The label.</param>
    public AppVersion? Known(string? text) => _scheme.TryParse(text, out var parsed) && _spec.Releases.Any(release => AppVersion.TryParse(release.Version, out var known) && _scheme.Compare(known, parsed.Version) == 0) ? parsed.Version : null;

    private bool IsListed(string tag) =>
        tag == "latest" || (_spec.Image?.MutableTags ?? []).Any(pattern => Regex.IsMatch(tag, pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)));

    private AppVersion? Read(string tag)
    {
        if (!tag.StartsWith(_before, StringComparison.Ordinal) || !tag.EndsWith(_after, StringComparison.Ordinal) || tag.Length <= _before.Length + _after.Length) return null;
        if (!_scheme.TryParse(tag[_before.Length..^_after.Length], out var parsed)) return null;

        // v0.50 names the newest 0.50.x of the day, where releases have three numbers.
        return parsed.Version.Numbers.Count < _numbers ? null : parsed.Version;
    }
}
