using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Completion;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>Writes reports of upgrade runs and rehearsals: one HTML page that is complete in itself, or JSON.</summary>
[Cmdlet(VerbsData.Export, "UpgradeReport", DefaultParameterSetName = ByRun, SupportsShouldProcess = true)]
[OutputType(typeof(UpgradeReport))]
public sealed class ExportUpgradeReportCommand : StoreCmdlet
{
    private const string ByRun = nameof(ByRun);
    private const string ByRehearsal = nameof(ByRehearsal);

    /// <summary>The runs, as Get-UpgradeRun and Invoke-AppUpgrade give them; an id stands for one.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByRun, ValueFromPipeline = true, HelpMessage = "A run, as Get-UpgradeRun or Invoke-AppUpgrade gives it, or its id.")]
    [Alias("RunId", "Id")]
    [RunTransformation]
    [ArgumentCompleter(typeof(RunCompleter))]
    [ValidateNotNullOrEmpty]
    public UpgradeRun[] Run { get; set; } = [];

    /// <summary>The rehearsals, as Test-AppUpgrade gives them.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByRehearsal, ValueFromPipeline = true, HelpMessage = "A rehearsal, as Test-AppUpgrade gives it.")]
    [RehearsalTransformation]
    [ValidateNotNullOrEmpty]
    public UpgradeRehearsal[] Rehearsal { get; set; } = [];

    /// <summary>The file, or a folder that is there, in which each report is named after its run; the present location without it.</summary>
    [Parameter(Position = 1, HelpMessage = "The file, or a folder in which each report is named after its run.")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = ".";

    /// <summary>The form: a page for people, or JSON for programs. Without it, JSON for a file whose name ends so, else a page.</summary>
    [Parameter(HelpMessage = "The form: Html for people, Json for programs; as the file's name ends without it.")]
    public ReportFormat Format { get; set; }

    /// <summary>Replaces a file that is there.</summary>
    [Parameter(HelpMessage = "Replaces a file that is there.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        var path = FullPath(Path);
        var format = IsBound(nameof(Format)) || !path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? Format : ReportFormat.Json;
        if (ParameterSetName == ByRehearsal)
        {
            foreach (var rehearsal in Rehearsal)
            {
                if (!ShouldProcess(path, $"Write the report of the rehearsal for '{rehearsal.Deployment.Name}'")) continue;
                if (TryRun(rehearsal.Deployment.Name, operation => Session.Engine.Reports.ExportAsync(rehearsal, path, format, Force, operation.Token), out var report)) WriteObject(report);
            }

            return;
        }

        foreach (var given in Run)
        {
            if (!TryRun(given.RunId, operation => FindAsync(given, operation), out var run)) continue;
            if (!ShouldProcess(path, $"Write the report of the run {run.RunId}")) continue;
            if (TryRun(run.RunId, operation => Session.Engine.Reports.ExportAsync(run, path, format, Force, operation.Token), out var report)) WriteObject(report);
        }
    }

    private async Task<UpgradeRun> FindAsync(UpgradeRun given, PipelineOperation operation)
    {
        var nameOnly = RunTransformationAttribute.IsNameOnly(given);
        if (!nameOnly && given.HistoryHead is not null) return given;
        var runs = await Session.Engine.Upgrades.ListAsync(nameOnly ? null : given.Deployment, operation.Token).ConfigureAwait(false);
        var known = runs.FirstOrDefault(run => string.Equals(run.RunId, given.RunId, StringComparison.OrdinalIgnoreCase));
        if (!nameOnly) return given with { HistoryHead = known?.HistoryHead };
        return known
            ?? throw new UpgradeException("RunNotFound", UpgradeErrorCategory.ObjectNotFound, given.RunId, $"The store knows no upgrade run '{given.RunId}'.", "Get-UpgradeRun lists those that it knows.");
    }
}
