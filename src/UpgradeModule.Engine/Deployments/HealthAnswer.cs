using System.Globalization;

namespace UpgradeModule.Engine.Deployments;

/// <summary>What a request was answered.</summary>
/// <param name="Status">The status code; 0 where nothing answered.</param>
/// <param name="Body">The body; where nothing answered, the reason.</param>
internal sealed record HealthAnswer(int Status, string Body)
{
    private const int Shown = 160;

    /// <summary>The body in one line, shortened.</summary>
    public string Text
    {
        get
        {
            var line = string.Join(' ', Body.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            return line.Length <= Shown ? line : line[..Shown] + "…";
        }
    }

    /// <summary>Describes it for people: <c>503 {"status":"initializing"}</c>.</summary>
    public string Describe() => Status.ToString(CultureInfo.InvariantCulture) + (Body.Length == 0 ? "" : " " + (Body.TrimStart().StartsWith('<') ? "(an HTML page)" : Text));
}
