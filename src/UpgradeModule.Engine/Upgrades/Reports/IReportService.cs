namespace UpgradeModule.Engine.Upgrades.Reports;

/// <summary>Writes reports of upgrade runs and rehearsals.</summary>
public interface IReportService
{
    /// <summary>Writes the report of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="path">The file, or a folder in which it is named after the run.</param>
    /// <param name="format">Its form.</param>
    /// <param name="overwrite">Whether a file that is there is replaced.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    /// <exception cref="UpgradeException"><c>ReportExists</c>, <c>ReportNotWritten</c>.</exception>
    Task<UpgradeReport> ExportAsync(UpgradeRun run, string path, ReportFormat format, bool overwrite, CancellationToken cancellationToken);

    /// <summary>Writes the report of a rehearsal.</summary>
    /// <param name="rehearsal">The rehearsal.</param>
    /// <param name="path">The file, or a folder in which it is named after the rehearsal.</param>
    /// <param name="format">Its form.</param>
    /// <param name="overwrite">Whether a file that is there is replaced.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    /// <exception cref="UpgradeException"><c>ReportExists</c>, <c>ReportNotWritten</c>.</exception>
    Task<UpgradeReport> ExportAsync(UpgradeRehearsal rehearsal, string path, ReportFormat format, bool overwrite, CancellationToken cancellationToken);
}
