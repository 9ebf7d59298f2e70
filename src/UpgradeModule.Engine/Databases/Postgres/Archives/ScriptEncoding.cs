using System.Text;

namespace UpgradeModule.Engine.Databases.Postgres.Archives;

/// <summary>The encodings of scripts, by PostgreSQL's names.</summary>
internal static class ScriptEncoding
{
    private static readonly Dictionary<string, string> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["UTF8"] = "utf-8",
        ["LATIN1"] = "iso-8859-1", ["LATIN2"] = "iso-8859-2", ["LATIN3"] = "iso-8859-3", ["LATIN4"] = "iso-8859-4", ["LATIN5"] = "iso-8859-9", ["LATIN7"] = "iso-8859-13", ["LATIN9"] = "iso-8859-15",
        ["ISO_8859_5"] = "iso-8859-5", ["ISO_8859_6"] = "iso-8859-6", ["ISO_8859_7"] = "iso-8859-7", ["ISO_8859_8"] = "iso-8859-8",
        ["WIN874"] = "windows-874", ["WIN1250"] = "windows-1250", ["WIN1251"] = "windows-1251", ["WIN1252"] = "windows-1252", ["WIN1253"] = "windows-1253", ["WIN1254"] = "windows-1254", ["WIN1255"] = "windows-1255", ["WIN1256"] = "windows-1256", ["WIN1257"] = "windows-1257", ["WIN1258"] = "windows-1258", ["WIN866"] = "cp866",
        ["KOI8R"] = "koi8-r", ["KOI8U"] = "koi8-u", ["EUC_JP"] = "euc-jp", ["EUC_KR"] = "euc-kr", ["SJIS"] = "shift_jis", ["BIG5"] = "big5", ["GBK"] = "gbk",
    };

    /// <summary>Finds an encoding. What it can't decode is a failure, not a question mark.</summary>
    /// <param name="name">PostgreSQL's name for it.</param>
    /// <returns>The encoding; <see langword="null"/> where it isn't known.</returns>
    public static Encoding? Find(string name)
    {
        if (!s_names.TryGetValue(name, out var known)) return null;
        return known == "utf-8" ? new UTF8Encoding(false, throwOnInvalidBytes: true) : (Of(known) ?? CodePagesEncodingProvider.Instance.GetEncoding(known, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback));
    }

    private static Encoding? Of(string name)
    {
        try
        {
            return Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (ArgumentException)
        {
            // Not among those that are always there.
            return null;
        }
    }
}
