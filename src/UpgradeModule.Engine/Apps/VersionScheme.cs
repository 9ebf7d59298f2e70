using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace UpgradeModule.Engine.Apps;

/// <summary>
/// How one application writes, compares and reads versions. In the scheme <c>licensed</c> the first number names the edition and takes no
/// part in comparing; a version without that number (<c>49.6</c>) or with an <c>x</c> in its place (<c>x.49.6</c>) names no edition.
/// </summary>
public sealed class VersionScheme
{
    private static readonly ConditionalWeakTable<AppSpec, VersionScheme> Schemes = [];
    private readonly string _app;
    private readonly string _tag;
    private readonly string[] _variants;
    private readonly (string Edition, string Text, int Number)[] _prefixes;
    private readonly int _neutral;

    private VersionScheme(AppSpec spec)
    {
        _app = spec.DisplayName.Length > 0 ? spec.DisplayName : spec.Name;
        _tag = spec.Versions.Tag;
        _variants = [.. spec.Versions.Variants];
        Editions = [.. spec.Editions.Select(edition => edition.Id)];
        DefaultEdition = spec.Editions.FirstOrDefault(edition => edition.Default)?.Id ?? (Editions.Count > 0 ? Editions[0] : "");
        Licensed = spec.Versions.Scheme == "licensed";
        _prefixes = Licensed ? ReadPrefixes(spec.Versions.EditionPrefixes) : [];
        _neutral = Array.FindIndex(_prefixes, prefix => prefix.Edition == DefaultEdition);
        if (_neutral < 0) Licensed = false;
    }

    /// <summary>Whether the first number names the edition.</summary>
    public bool Licensed { get; }

    /// <summary>The editions' ids, in the definition's order.</summary>
    public IReadOnlyList<string> Editions { get; }

    /// <summary>The edition that is assumed where nothing says otherwise.</summary>
    public string DefaultEdition { get; }

    /// <summary>Gets the scheme of an application; the same object for the same definition.</summary>
    /// <param name="spec">The app definition.</param>
    public static VersionScheme Of(AppSpec spec) => Schemes.GetValue(spec, static key => new VersionScheme(key));

    /// <summary>Reads a version as a person, a tag or an application writes it.</summary>
    /// <param name="text">The text: <c>v0.50.12</c>, <c>x.49.1</c>, <c>6.0.0-RC1</c>, <c>5.5.4-with-texlive-full</c>.</param>
    /// <exception cref="UpgradeException"><c>VersionInvalid</c>: the text is no version.</exception>
    public ParsedVersion Parse(string text) => TryParse(text, out var parsed)
        ? parsed
        : throw new UpgradeException("VersionInvalid", UpgradeErrorCategory.InvalidArgument, text, $"'{text}' is not a version of {_app}.", $"A version is written like {Example}.");

    /// <summary>Reads a version; see <see cref="Parse"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="parsed">What it says.</param>
    /// <returns>Whether it is a version.</returns>
    public bool TryParse(string? text, [NotNullWhen(true)] out ParsedVersion? parsed)
    {
        parsed = null;
        if (string.IsNullOrWhiteSpace(text)) return false;
        var trimmed = WithoutLeadingAny(text.Trim());
        if (!AppVersion.TryParse(trimmed, out var version)) return false;
        if (version.Variant.Length > 0 && !_variants.Contains(version.Variant, StringComparer.OrdinalIgnoreCase)) return false;
        var edition = trimmed.Length == text.Trim().Length ? EditionOf(version) : null;
        parsed = new ParsedVersion { Version = In(version, edition ?? DefaultEdition), Edition = edition };
        return true;
    }

    /// <summary>Reads a target: <c>latest</c> or nothing, an exact version, a major (<c>50</c>, <c>0.50</c>) or a pattern (<c>0.50.x</c>, <c>x.50</c>, <c>5.5.X</c>).</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="UpgradeException"><c>VersionInvalid</c>: the text is none of these.</exception>
    public VersionTarget ParseTarget(string? text)
    {
        var trimmed = text?.Trim() ?? "";
        if (trimmed.Length == 0 || trimmed.Equals("latest", StringComparison.OrdinalIgnoreCase)) return new VersionTarget { Kind = VersionTargetKind.Latest, Text = "latest" };
        var pattern = trimmed;
        while (pattern.EndsWith(".x", StringComparison.OrdinalIgnoreCase) || pattern.EndsWith(".*", StringComparison.Ordinal)) pattern = pattern[..^2];
        var open = pattern.Length < trimmed.Length;
        if (TryParse(pattern, out var parsed) && (!open || (!parsed.Version.IsPreRelease && parsed.Variant.Length == 0)))
        {
            return new VersionTarget
            {
                Kind = open ? VersionTargetKind.Newest : VersionTargetKind.Version,
                Text = trimmed,
                Version = Neutral(parsed.Version),
                Edition = parsed.Edition,
            };
        }

        throw new UpgradeException(
            "VersionInvalid",
            UpgradeErrorCategory.InvalidArgument,
            text,
            $"'{text}' is neither a version of {_app} nor the beginning of one.",
            $"Give an exact version such as {Example}, a major such as {(Licensed ? "50 or 0.50.x" : "5 or 5.x")}, or latest.");
    }

    /// <summary>The edition that a version's first number names; empty where it names none.</summary>
    /// <param name="version">The version.</param>
    public string? EditionOf(AppVersion version) => Licensed && version.Numbers.Count > 1 && PrefixOf(version) is >= 0 and var index ? _prefixes[index].Edition : null;

    /// <summary>Finds an edition by its id.</summary>
    /// <param name="edition">The id, in upper or lower case; the default edition where it is empty.</param>
    /// <returns>The id as the definition writes it.</returns>
    /// <exception cref="UpgradeException"><c>EditionNotFound</c>: there is none; the message names those that there are.</exception>
    public string EditionId(string? edition)
    {
        if (string.IsNullOrEmpty(edition)) return DefaultEdition;
        foreach (var id in Editions)
        {
            if (id.Equals(edition, StringComparison.OrdinalIgnoreCase)) return id;
        }

        throw new UpgradeException("EditionNotFound", UpgradeErrorCategory.ObjectNotFound, edition, $"{_app} has no edition '{edition}'.", $"There are: {string.Join(", ", Editions)}.");
    }

    /// <summary>The major: the first number, or the one after the licence number.</summary>
    /// <param name="version">The version.</param>
    public int Major(AppVersion version)
    {
        var numbers = version.Numbers;
        return Licensed && numbers.Count > 1 && PrefixOf(version) >= 0 ? numbers[1] : numbers[0];
    }

    /// <summary>Compares two versions of any edition; a pre-release is older than its release, the licence number and the variant don't count.</summary>
    /// <param name="left">The one.</param>
    /// <param name="right">The other.</param>
    public int Compare(AppVersion left, AppVersion right) => Neutral(left).CompareTo(Neutral(right));

    /// <summary>Writes a version as an edition writes it.</summary>
    /// <param name="version">The version.</param>
    /// <param name="edition">The edition's id.</param>
    public AppVersion In(AppVersion version, string edition)
    {
        if (!Licensed) return version;
        var wanted = Array.FindIndex(_prefixes, prefix => prefix.Edition == edition);
        if (wanted < 0) return version;
        var has = version.Numbers.Count > 1 ? PrefixOf(version) : -1;
        if (has == wanted) return version;
        var rest = has < 0 ? version.Text : version.Text[(version.Text.IndexOf('.', StringComparison.Ordinal) + 1)..];
        return AppVersion.Parse(_prefixes[wanted].Text + "." + rest);
    }

    /// <summary>Writes a version as the default edition writes it: the form in which versions of all editions compare.</summary>
    /// <param name="version">The version.</param>
    public AppVersion Neutral(AppVersion version) => Licensed ? In(version, DefaultEdition) : version;

    /// <summary>The tag of a version: <c>v0.50.12</c>.</summary>
    /// <param name="version">The version.</param>
    /// <param name="edition">The edition; the one that the version names where <see langword="null"/>.</param>
    public string Tag(AppVersion version, string? edition = null) =>
        _tag.Replace("{version}", (edition is null ? version : In(version, edition)).Text, StringComparison.Ordinal);

    /// <summary>Fills the places of a template: <c>{version}</c>, <c>{tag}</c>, <c>{major}</c>.</summary>
    /// <param name="template">The template.</param>
    /// <param name="version">The version, as its edition writes it.</param>
    public string Fill(string template, AppVersion version) => template
        .Replace("{version}", version.Text, StringComparison.Ordinal)
        .Replace("{tag}", Tag(version), StringComparison.Ordinal)
        .Replace("{major}", Major(version).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private string Example => Licensed ? $"{_prefixes[_neutral].Text}.50.12" : "5.5.4";

    private static (string, string, int)[] ReadPrefixes(IReadOnlyDictionary<string, string> prefixes) =>
        [.. prefixes.Select(pair => (pair.Key, pair.Value, int.TryParse(pair.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1))];

    private int PrefixOf(AppVersion version)
    {
        var first = version.Numbers[0];
        for (var i = 0; i < _prefixes.Length; i++)
        {
            if (_prefixes[i].Number == first) return i;
        }

        return -1;
    }

    // "x.49.1", as documentation writes a version of any edition.
    private string WithoutLeadingAny(string text)
    {
        var start = text.Length > 2 && text[0] is 'v' or 'V' ? 1 : 0;
        return Licensed && text.Length > start + 2 && text[start] is 'x' or 'X' && text[start + 1] == '.' ? text[(start + 2)..] : text;
    }
}
