using System.Text;

namespace UpgradeModule.Engine.Deployments.Files;

/// <summary>
/// Reads files of <c>NAME=value</c> lines as systemd's <c>EnvironmentFile=</c> does: comments begin with # or ;, values may be in single or
/// double quotes and then span lines, a backslash escapes. A leading <c>export</c> is tolerated. No variable is expanded.
/// On Windows a backslash outside of quotes is an ordinary character, as paths there need it.
/// </summary>
internal static class EnvironmentFile
{
    private enum State
    {
        BeforeName, Name, BeforeValue, Value, ValueEscape, Single, Double, DoubleEscape, Comment, CommentEscape,
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The variables in the file's order; the last of a name counts.</returns>
    /// <exception cref="UpgradeException"><c>EnvironmentFileNotFound</c>: it isn't there or can't be read.</exception>
    public static async Task<IReadOnlyList<KeyValuePair<string, string>>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return Parse(await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false), !OperatingSystem.IsWindows());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            var missing = failure is FileNotFoundException or DirectoryNotFoundException;
            throw new UpgradeException(
                "EnvironmentFileNotFound",
                missing ? UpgradeErrorCategory.ObjectNotFound : UpgradeErrorCategory.PermissionDenied,
                path,
                missing ? $"The environment file '{path}' does not exist." : $"The environment file '{path}' can't be read: {failure.Message}",
                missing ? "Check the deployment's environment files." : "Run this as a user who may read it.",
                failure);
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="escapes">Whether a backslash outside of quotes escapes.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Parse(string text, bool escapes)
    {
        var variables = new List<KeyValuePair<string, string>>();
        var name = new StringBuilder();
        var value = new StringBuilder();
        var state = State.BeforeName;
        var kept = 0;
        text = text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal);

        foreach (var c in text)
        {
            switch (state)
            {
                case State.BeforeName when c is '#' or ';':
                    state = State.Comment;
                    break;
                case State.BeforeName when !char.IsWhiteSpace(c):
                    name.Clear().Append(c);
                    state = State.Name;
                    break;
                case State.Name when c == '\n':
                    state = State.BeforeName;
                    break;
                case State.Name when c == '=':
                    value.Clear();
                    kept = 0;
                    state = State.BeforeValue;
                    break;
                case State.Name:
                    name.Append(c);
                    break;
                case State.BeforeValue or State.Value when c == '\n':
                    Add();
                    break;
                case State.BeforeValue when c == '\'':
                    state = State.Single;
                    break;
                case State.BeforeValue when c == '"':
                    state = State.Double;
                    break;
                case State.BeforeValue or State.Value when c == '\\' && escapes:
                    state = State.ValueEscape;
                    break;
                case State.BeforeValue when !char.IsWhiteSpace(c):
                case State.Value:
                    state = State.Value;
                    value.Append(c);
                    if (!char.IsWhiteSpace(c)) kept = value.Length;
                    break;
                case State.ValueEscape:
                    state = State.Value;
                    if (c != '\n') Keep(c);
                    break;
                case State.Single when c == '\'':
                case State.Double when c == '"':
                    state = State.BeforeValue;
                    break;
                case State.Double when c == '\\':
                    state = State.DoubleEscape;
                    break;
                case State.Single or State.Double:
                    Keep(c);
                    break;
                case State.DoubleEscape:
                    state = State.Double;
                    if (c is not ('"' or '\\' or '`' or '$' or '\n')) Keep('\\');
                    if (c != '\n') Keep(c);
                    break;
                case State.Comment when c == '\\':
                    state = State.CommentEscape;
                    break;
                case State.Comment when c == '\n':
                    state = State.BeforeName;
                    break;
                case State.CommentEscape:
                    state = State.Comment;
                    break;
            }
        }

        if (state is State.BeforeValue or State.Value or State.ValueEscape or State.Single or State.Double or State.DoubleEscape) Add();
        return variables;

        void Keep(char c)
        {
            value.Append(c);
            kept = value.Length;
        }

        void Add()
        {
            state = State.BeforeName;
            var key = name.ToString().Trim();
            if (key.StartsWith("export ", StringComparison.Ordinal) || key.StartsWith("export\t", StringComparison.Ordinal)) key = key[7..].Trim();
            if (IsName(key)) variables.Add(new(key, value.ToString(0, kept)));
        }
    }

    private static bool IsName(string text) =>
        text.Length > 0 && !char.IsAsciiDigit(text[0]) && text.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
