using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Engine.Databases.Postgres.Programs;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Errors">The last lines of its error output, without secrets.</param>
internal sealed record ProgramResult(int ExitCode, IReadOnlyList<string> Errors)
{
    /// <summary>Whether it did its work.</summary>
    public bool Succeeded => ExitCode == 0;

    /// <summary>What it complained about, in one line.</summary>
    public string Complaint
    {
        get
        {
            var reasons = Errors.Where(KeptLines.IsReason).ToList();
            if (reasons.Count > 0) return string.Join(" | ", reasons.TakeLast(4)).TrimEnd('.');
            // Told to be verbose, it tells much that is no complaint.
            var complaints = Errors.Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase) || line.Contains("fatal", StringComparison.OrdinalIgnoreCase) || line.Contains("could not", StringComparison.OrdinalIgnoreCase)).ToList();
            return string.Join(" | ", complaints.Count > 0 ? complaints.TakeLast(4) : Errors.TakeLast(4)).TrimEnd('.');
        }
    }
}
