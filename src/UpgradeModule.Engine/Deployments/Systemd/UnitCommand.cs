using System.Globalization;
using System.Text;

namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>A command of a unit (<c>ExecStart=</c>) as systemd has read it: specifiers replaced, quotes and escapes resolved, variables not yet.</summary>
/// <param name="Path">The program's full path.</param>
/// <param name="Arguments">The arguments, the program's own name (argument 0) first.</param>
/// <param name="Flags">What its prefixes say: <c>ignore-failure</c>, <c>no-env-expand</c>, <c>privileged</c>, <c>no-setuid</c>, <c>ambient</c>.</param>
internal sealed record UnitCommand(string Path, IReadOnlyList<string> Arguments, IReadOnlyList<string> Flags)
{
    /// <summary>Reads the value of <c>ExecStartEx</c>, or of <c>ExecStart</c> as older versions of systemd have it.</summary>
    /// <param name="values">The value.</param>
    public static IReadOnlyList<UnitCommand> ReadAll(BusValues values) => values.Many(static one =>
    {
        var extended = one.Type.StartsWith("a(sasas", StringComparison.Ordinal);
        var path = one.Text();
        var arguments = one.Texts();
        var flags = extended ? one.Texts() : one.Boolean() ? ["ignore-failure"] : [];

        // Four times, a process id, an exit code and its kind.
        one.Skip(7);
        return new UnitCommand(path, arguments, flags);
    });

    /// <summary>Runs the same with another program.</summary>
    /// <param name="program">The program's full path.</param>
    public UnitCommand With(string program) => this with { Path = program, Arguments = [program, .. Arguments.Skip(1)] };

    /// <summary>Writes it as a unit file has it, so that systemd reads the same again.</summary>
    public string ToUnitText()
    {
        var renamed = Arguments.Count > 0 && Arguments[0] != Path;
        var text = new StringBuilder(Quote(string.Concat(Flags.Select(Prefix)) + (renamed ? "@" : "") + Path));
        foreach (var argument in Arguments.Skip(renamed ? 0 : 1)) text.Append(' ').Append(Quote(argument));
        return text.ToString();
    }

    /// <summary>Writes one word so that systemd reads the same again. Variables stay variables.</summary>
    /// <param name="word">The word.</param>
    internal static string Quote(string word)
    {
        var text = new StringBuilder();

        // A semicolon alone would end the command.
        var needed = word.Length == 0 || word == ";";
        foreach (var c in word)
        {
            needed |= char.IsWhiteSpace(c) || char.IsControl(c) || c is '"' or '\'' or '\\';
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '%' => "%%",
                '\n' => "\\n",
                '\t' => "\\t",
                '\r' => "\\r",
                < ' ' or '\x7f' => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => c.ToString(),
            });
        }

        return needed ? $"\"{text}\"" : text.ToString();
    }

    private static string Prefix(string flag) => flag switch
    {
        "ignore-failure" => "-",
        "no-env-expand" => ":",
        "privileged" => "+",
        "no-setuid" => "!",
        "ambient" => "!!",
        _ => throw new UpgradeException("UnitInvalid", UpgradeErrorCategory.NotImplemented, flag, $"The unit's command has the prefix '{flag}', which this version of the module doesn't know.", "Change ExecStart by hand, in a drop-in of the unit."),
    };
}
