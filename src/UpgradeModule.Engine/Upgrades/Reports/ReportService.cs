using System.Globalization;
using System.Text;
using System.Text.Json;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades.Reports;

/// <summary>Writes reports.</summary>
internal sealed class ReportService : IReportService
{
    /// <inheritdoc/>
    public Task<UpgradeReport> ExportAsync(UpgradeRun run, string path, ReportFormat format, bool overwrite, CancellationToken cancellationToken)
    {
        var document = ReportDocument.Of(run);
        var content = format == ReportFormat.Json ? Json(document) : RunPage.Of(document.Run!, document.Downtime, document.WrittenOn);
        return WriteAsync(content, path, $"{run.Deployment.Name}-{run.RunId}", new UpgradeReport { Deployment = run.Deployment.Name, RunId = run.RunId, Format = format }, overwrite, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<UpgradeReport> ExportAsync(UpgradeRehearsal rehearsal, string path, ReportFormat format, bool overwrite, CancellationToken cancellationToken)
    {
        var document = ReportDocument.Of(rehearsal);
        var content = format == ReportFormat.Json ? Json(document) : RehearsalPage.Of(document.Rehearsal!, document.Downtime, document.WrittenOn);
        var name = string.Create(CultureInfo.InvariantCulture, $"{rehearsal.Deployment.Name}-rehearsal-{rehearsal.StartedOn:yyyyMMdd-HHmmss}");
        return WriteAsync(content, path, name, new UpgradeReport { Deployment = rehearsal.Deployment.Name, Format = format }, overwrite, cancellationToken);
    }

    private static string Json(ReportDocument document) => JsonSerializer.Serialize(document, RunJsonContext.Default.ReportDocument) + "\n";

    private static async Task<UpgradeReport> WriteAsync(string content, string path, string name, UpgradeReport report, bool overwrite, CancellationToken cancellationToken)
    {
        var extension = report.Format == ReportFormat.Json ? ".json" : ".html";
        var file = Directory.Exists(path) ? Path.Combine(path, Safe(name) + extension) : path;
        if (!overwrite && File.Exists(file)) throw new UpgradeException("ReportExists", UpgradeErrorCategory.ResourceExists, file, $"'{file}' is there already.", "Name another file, or replace it with -Force.");
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(file)) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
            var bytes = Encoding.UTF8.GetBytes(content);
            await PrivateFiles.WriteAsync(file, bytes, cancellationToken).ConfigureAwait(false);
            return report with { Path = file, Size = bytes.Length };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UpgradeException("ReportNotWritten", UpgradeErrorCategory.WriteError, file, $"The report can't be written to '{file}': {failure.Message}", "Name a file that this user may write.", failure);
        }
    }

    private static string Safe(string name) => string.Concat(name.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_'));
}
