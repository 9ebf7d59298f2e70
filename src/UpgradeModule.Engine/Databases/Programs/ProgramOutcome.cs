namespace UpgradeModule.Engine.Databases.Programs;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Errors">The last lines of its error output, without the secrets that were named.</param>
internal sealed record ProgramOutcome(int ExitCode, IReadOnlyList<string> Errors)
{
    private const int Missing = 127;
    private const int NoProgram = 126;
    private const int Shown = 4;

    /// <summary>Whether it did its work.</summary>
    public bool Succeeded => ExitCode == 0;

    /// <summary>Whether there is no such program, or nothing that runs there.</summary>
    public bool NotFound => ExitCode is Missing or NoProgram;

    /// <summary>What it complained about, in one line without a full stop at its end.</summary>
    public string Complaint
    {
        get
        {
            // Programs warn and tell of their progress there, too.
            var complaints = Errors.Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase) || line.Contains("fail", StringComparison.OrdinalIgnoreCase) || line.Contains("could", StringComparison.OrdinalIgnoreCase)).ToList();
            return string.Join(" | ", (complaints.Count > 0 ? complaints : Errors).TakeLast(Shown).Select(line => line.Trim())).TrimEnd('.') is { Length: > 0 } said ? said : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"it ended with exit code {ExitCode}");
        }
    }
}
