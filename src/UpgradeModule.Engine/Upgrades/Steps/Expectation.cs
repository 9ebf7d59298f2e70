using System.Globalization;

namespace UpgradeModule.Engine.Upgrades.Steps;

/// <summary>
/// Compares a probe's value with what a definition expects:
/// <list type="bullet">
/// <item>nothing: any value but none, an empty text, 0 and false;</item>
/// <item><c>&gt;5</c>, <c>&gt;=5</c>, <c>&lt;5</c>, <c>&lt;=5</c>: both are numbers, or else versions (<c>6.0.5</c>), and compare so; a value that is neither never does;</item>
/// <item><c>!=true</c>: the value is another one (none is another one, too);</item>
/// <item><c>=true</c> or <c>true</c>: the value is this one.</item>
/// </list>
/// Values are the same where they are the same number (<c>1.0</c> and <c>1</c>), the same truth value in an engine's words (<c>true</c>, <c>t</c>, <c>1</c>;
/// <c>false</c>, <c>f</c>, <c>0</c>), or the same text, whatever the case; blanks around them don't count.
/// </summary>
internal static class Expectation
{
    private static readonly string[] Operators = [">=", "<=", "!=", ">", "<", "="];
    private static readonly string[] True = ["true", "t", "1", "yes"];
    private static readonly string[] False = ["false", "f", "0", "no"];

    /// <summary>Tells whether a value is as expected.</summary>
    /// <param name="value">The value; <see langword="null"/> for none.</param>
    /// <param name="expected">What is expected, as the definition writes it.</param>
    public static bool Met(string? value, string? expected)
    {
        var wanted = expected?.Trim() ?? "";
        if (wanted.Length == 0) return IsSomething(value);
        var comparison = Operators.FirstOrDefault(sign => wanted.StartsWith(sign, StringComparison.Ordinal));
        if (comparison is null) return Same(value, wanted);
        wanted = wanted[comparison.Length..].Trim();
        if (comparison == "=") return Same(value, wanted);
        if (comparison == "!=") return !Same(value, wanted);
        if (Order(value, wanted) is not { } order) return false;
        return comparison switch
        {
            ">" => order > 0,
            ">=" => order >= 0,
            "<" => order < 0,
            _ => order <= 0,
        };
    }

    private static int? Order(string? value, string wanted)
    {
        if (Number(value, out var left) && Number(wanted, out var right)) return left.CompareTo(right);
        return AppVersion.TryParse(value, out var mine) && AppVersion.TryParse(wanted, out var theirs) ? mine.CompareTo(theirs) : null;
    }

    private static bool IsSomething(string? value)
    {
        var text = value?.Trim() ?? "";
        return text.Length > 0 && !(Number(text, out var number) && number == 0) && text.ToLowerInvariant() is not ("false" or "f");
    }

    private static bool Same(string? value, string wanted)
    {
        if (value is null) return wanted.Length == 0;
        var text = value.Trim();
        if (Number(text, out var left) && Number(wanted, out var right)) return left == right;
        if (string.Equals(text, wanted, StringComparison.OrdinalIgnoreCase)) return true;
        return BothIn(True, text, wanted) || BothIn(False, text, wanted);
    }

    private static bool BothIn(string[] words, string left, string right) =>
        words.Contains(left, StringComparer.OrdinalIgnoreCase) && words.Contains(right, StringComparer.OrdinalIgnoreCase);

    private static bool Number(string? text, out decimal number) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
