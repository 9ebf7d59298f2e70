using System.Text.RegularExpressions;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Operations;

/// <summary>Takes secrets out of texts that others wrote, such as log lines, before a person sees them.</summary>
internal sealed partial class SecretRedactor
{
    private const string Mask = "***";
    private readonly string[] _secrets;

    /// <summary>Makes one that knows these secrets besides what any secret looks like.</summary>
    /// <param name="secrets">The secrets.</param>
    public SecretRedactor(IEnumerable<string> secrets)
    {
        // Longest first, so that one secret inside another leaves no rest. What is shorter than four characters occurs everywhere.
        _secrets = [.. secrets.SelectMany(Spellings).Where(static secret => secret.Length >= 4).Distinct(StringComparer.Ordinal).OrderByDescending(static secret => secret.Length)];
    }

    /// <summary>Makes one for an application: it knows the settings that its definition calls secret and those given by reference.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="spec">Which of them are secret.</param>
    /// <param name="references">Names of settings that were given by reference.</param>
    public static SecretRedactor For(AppSettings settings, SettingsSpec spec, IEnumerable<string> references)
    {
        var patterns = spec.Secrets.Append(spec.EncryptionKey ?? "").Append(spec.Database?.Password ?? "").Where(static name => name.Length > 0)
            .Select(static pattern => new Regex("^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal) + "$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)).ToArray();
        var known = references.ToHashSet(StringComparer.Ordinal);
        return new SecretRedactor(settings.Names.Where(name => known.Contains(name) || patterns.Any(pattern => pattern.IsMatch(name))).Select(settings.Get).OfType<string>());
    }

    /// <summary>Takes the secrets out of a text.</summary>
    /// <param name="text">The text.</param>
    public string Redact(string text)
    {
        foreach (var secret in _secrets) text = text.Replace(secret, Mask, StringComparison.Ordinal);
        text = UserInfo().Replace(text, "$1" + Mask + "@");
        return Assignment().Replace(text, "$1" + Mask);
    }

    private static IEnumerable<string> Spellings(string secret)
    {
        // A database file's path may stand in a setting that can also hold a password: hiding it would hide what people need to know.
        var match = UserInfo().Match(secret);
        if (match.Success)
        {
            var password = match.Groups[2].Value;
            yield return password;
            yield return Uri.UnescapeDataString(password);
        }

        if (!match.Success && (Path.IsPathFullyQualified(secret) && File.Exists(secret))) yield break;
        yield return secret;
        yield return Uri.EscapeDataString(secret);
    }

    [GeneratedRegex(@"(\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)([^\s/@]+(?:@(?=[^\s/]*@)[^\s/@]*)*)@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"(\b(?:password|passwd|pwd|pass|secret|token|api[_-]?key)[""']?\s*[=:]\s*[""']?)[^\s""'&;,]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();
}
