using System.Globalization;

namespace UpgradeModule;

/// <summary>
/// A version of an application: dotted numbers of any length, an optional pre-release (<c>RC1</c>, <c>beta</c>) and an optional
/// build variant (<c>with-texlive-full</c>). It compares number by number, so 5.10.0 is newer than 5.9.0, and a pre-release is
/// older than the release that it precedes. Its text is kept as it was given, less a leading <c>v</c>.
/// </summary>
/// <remarks>
/// The comparison knows nothing of one application's habits (Metabase's leading licence digit, say): within one edition it is right,
/// across editions the app definition's version scheme decides.
/// </remarks>
public sealed class AppVersion : IComparable<AppVersion>, IComparable, IEquatable<AppVersion>
{
    private readonly int[] _numbers;

    private AppVersion(string text, int[] numbers, string preRelease, string variant)
    {
        Text = text;
        _numbers = numbers;
        PreRelease = preRelease;
        Variant = variant;
    }

    /// <summary>The version as it was given, without a leading <c>v</c>.</summary>
    public string Text { get; }

    /// <summary>The dotted numbers, most significant first.</summary>
    public IReadOnlyList<int> Numbers => _numbers;

    /// <summary>The pre-release part without its separator, or an empty string.</summary>
    public string PreRelease { get; }

    /// <summary>The build variant without its separator (<c>with-texlive-full</c>), or an empty string. It takes no part in comparing.</summary>
    public string Variant { get; }

    /// <summary>Whether this is a pre-release.</summary>
    public bool IsPreRelease => PreRelease.Length > 0;

    /// <summary>Parses a version such as <c>v0.50.12</c>, <c>5.5.4</c>, <c>0.46.6.4</c> or <c>6.0.0-RC1</c>.</summary>
    /// <param name="text">The text to parse.</param>
    /// <exception cref="FormatException">The text is not a version.</exception>
    public static AppVersion Parse(string text) =>
        TryParse(text, out var version)
            ? version
            : throw new FormatException($"'{text}' is not a version. A version is dotted numbers such as 0.50.12 or 5.5.4, with an optional pre-release such as -RC1.");

    /// <summary>Parses a version; see <see cref="Parse"/>.</summary>
    /// <param name="text">The text to parse.</param>
    /// <param name="version">The version, where the text is one.</param>
    /// <returns>Whether the text is a version.</returns>
    public static bool TryParse(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AppVersion? version)
    {
        version = null;
        if (string.IsNullOrWhiteSpace(text)) return false;
        var trimmed = text.Trim();
        if (trimmed[0] is 'v' or 'V') trimmed = trimmed[1..];
        var numbers = new List<int>(4);
        var position = 0;
        while (true)
        {
            var start = position;
            while (position < trimmed.Length && char.IsAsciiDigit(trimmed[position])) position++;
            if (position == start) break;
            if (!int.TryParse(trimmed.AsSpan(start, position - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
            numbers.Add(number);
            if (position + 1 < trimmed.Length && trimmed[position] == '.' && char.IsAsciiDigit(trimmed[position + 1])) position++;
            else break;
        }

        if (numbers.Count == 0) return false;
        var rest = trimmed[position..];
        var preRelease = "";
        var variant = "";
        if (rest.Length > 0)
        {
            if (rest.Length < 2 || rest[0] is not ('-' or '.') || !char.IsAsciiLetter(rest[1])) return false;
            foreach (var c in rest)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.')) return false;
            }

            // A lone letter such as the X of 1.40.X stands for "any": a pattern, no version.
            if (rest.Length == 2 && rest[1] is 'x' or 'X' && rest[0] == '.') return false;
            var mark = rest.IndexOf("-with-", StringComparison.OrdinalIgnoreCase);
            if (mark >= 0)
            {
                variant = rest[(mark + 1)..];
                rest = rest[..mark];
            }

            if (rest.Length > 0) preRelease = rest[1..];
        }

        version = new AppVersion(trimmed, [.. numbers], preRelease, variant);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(AppVersion? other)
    {
        if (other is null) return 1;
        var length = Math.Max(_numbers.Length, other._numbers.Length);
        for (var i = 0; i < length; i++)
        {
            var mine = i < _numbers.Length ? _numbers[i] : 0;
            var theirs = i < other._numbers.Length ? other._numbers[i] : 0;
            if (mine != theirs) return mine < theirs ? -1 : 1;
        }

        return ComparePreRelease(PreRelease, other.PreRelease);
    }

    int IComparable.CompareTo(object? obj) => obj switch
    {
        null => 1,
        AppVersion version => CompareTo(version),
        string text => CompareTo(Parse(text)),
        _ => throw new ArgumentException("Only versions and their texts can be compared with a version.", nameof(obj)),
    };

    /// <inheritdoc/>
    public bool Equals(AppVersion? other) => other is not null && CompareTo(other) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AppVersion version && Equals(version);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        var last = _numbers.Length;
        while (last > 0 && _numbers[last - 1] == 0) last--;
        for (var i = 0; i < last; i++) hash.Add(_numbers[i]);
        hash.Add(PreRelease, StringComparer.OrdinalIgnoreCase);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Whether both versions are the same release.</summary>
    public static bool operator ==(AppVersion? left, AppVersion? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether the versions are different releases.</summary>
    public static bool operator !=(AppVersion? left, AppVersion? right) => !(left == right);

    /// <summary>Whether the left version is older.</summary>
    public static bool operator <(AppVersion left, AppVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left version is newer.</summary>
    public static bool operator >(AppVersion left, AppVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left version is older or the same.</summary>
    public static bool operator <=(AppVersion left, AppVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left version is newer or the same.</summary>
    public static bool operator >=(AppVersion left, AppVersion right) => left.CompareTo(right) >= 0;

    private static int ComparePreRelease(string left, string right)
    {
        if (left.Length == 0) return right.Length == 0 ? 0 : 1;
        if (right.Length == 0) return -1;
        var (leftName, leftNumber) = Split(left);
        var (rightName, rightNumber) = Split(right);
        var byName = string.Compare(leftName, rightName, StringComparison.OrdinalIgnoreCase);
        return byName != 0 ? Math.Sign(byName) : leftNumber.CompareTo(rightNumber);
    }

    private static (string Name, int Number) Split(string preRelease)
    {
        var end = preRelease.Length;
        while (end > 0 && char.IsAsciiDigit(preRelease[end - 1])) end--;
        return int.TryParse(preRelease.AsSpan(end), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (preRelease[..end].TrimEnd('.', '-'), number)
            : (preRelease, 0);
    }
}
