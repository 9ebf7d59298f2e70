using System.Globalization;
using System.Text;

namespace UpgradeModule.Tests.Deployments.Systemd;

/// <summary>Writes texts as busctl does: every byte that isn't plain ASCII as C's escape.</summary>
internal static class BusText
{
    public static string Of(string text)
    {
        var written = new StringBuilder("\"");
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            written.Append((char)b switch
            {
                '\a' => "\\a",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\v' => "\\v",
                '"' => "\\\"",
                '\\' => "\\\\",
                '\'' => "\\'",
                < ' ' or >= '\x7f' => "\\" + Convert.ToString(b, 8).PadLeft(3, '0'),
                var c => c.ToString(),
            });
        }

        return written.Append('"').ToString();
    }

    public static string Array(IReadOnlyCollection<string> texts) =>
        string.Join(' ', texts.Select(Of).Prepend(texts.Count.ToString(CultureInfo.InvariantCulture)));
}
