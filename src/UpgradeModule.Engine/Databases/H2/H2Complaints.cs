using System.Text.RegularExpressions;

namespace UpgradeModule.Engine.Databases.H2;

/// <summary>Finds what H2 complains about in what RunScript prints: the first line of each stack trace.</summary>
internal static partial class H2Complaints
{
    private const int WrongUser = 28000;

    /// <summary>Reads the complaints, in their order.</summary>
    /// <param name="output">What was printed.</param>
    public static IReadOnlyList<string> Read(string output) => [.. Trace().Matches(output).Where(match => !match.Value.StartsWith("Caused by", StringComparison.Ordinal)).Select(match => Plain(match.Groups["message"].Value))];

    /// <summary>Whether H2 refused the user or the password.</summary>
    /// <param name="output">What was printed.</param>
    public static bool IsLogIn(string output) => Regex.IsMatch(output, $@"\[{WrongUser}-\d+\]");

    private static string Plain(string message)
    {
        // "Table "X" not found; SQL statement:" is followed by the statement, which is ours.
        var end = message.IndexOf("; SQL statement:", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).Trim().TrimEnd('.');
    }

    [GeneratedRegex(@"^(?:Exception in thread ""main"" )?(?:Caused by: )?(?:org\.h2|java)\.[\w.$]*(?:Exception|Error)[\w$]*: (?<message>.*)$", RegexOptions.Multiline)]
    private static partial Regex Trace();
}
