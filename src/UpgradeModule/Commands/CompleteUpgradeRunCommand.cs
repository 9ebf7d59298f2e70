using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Completion;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>Drops what upgrade runs kept for the way back: the old file, the data before. Afterwards only the backup can take them back.</summary>
[Cmdlet(VerbsLifecycle.Complete, "UpgradeRun", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(UpgradeRun))]
public sealed class CompleteUpgradeRunCommand : StoreCmdlet
{
    /// <summary>The runs, as Get-UpgradeRun and Invoke-AppUpgrade give them; an id stands for one.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = "A run, as Get-UpgradeRun or Invoke-AppUpgrade gives it, or its id.")]
    [Alias("RunId", "Id")]
    [RunTransformation]
    [ArgumentCompleter(typeof(RunCompleter))]
    [ValidateNotNullOrEmpty]
    public UpgradeRun[] Run { get; set; } = [];

    /// <summary>Doesn't ask.</summary>
    [Parameter(HelpMessage = "Doesn't ask.")]
    public SwitchParameter Force { get; set; }

    /// <summary>The log-in for the application's database, in place of the application's own.</summary>
    [Parameter(HelpMessage = "The log-in for the application's database, in place of the application's own.")]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>A log-in that may create and drop databases on the same server.</summary>
    [Parameter(HelpMessage = "A log-in that may create and drop databases on the same server.")]
    [Credential]
    public PSCredential? MaintenanceCredential { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        foreach (var given in Run)
        {
            if (!TryRun(given.RunId, operation => FindAsync(given, operation), out var run)) continue;
            if (run.Completed)
            {
                // Nothing is left to drop, so there is nothing to ask.
                WriteObject(run);
                continue;
            }

            var kept = run.Kept.Where(item => !item.Dropped).ToList();
            var plan = kept.Count == 0 ? "Complete it; nothing is kept for the way back" : $"Drop what is kept for the way back: {string.Join(", ", kept)}";
            if (!Confirmed($"{run.Deployment.Name}, run {run.RunId}", plan, Force)) continue;
            var completed = TryRun(
                run.RunId,
                async operation =>
                {
                    var context = await Session.OpenAsync(run.Deployment, operation, Credential, MaintenanceCredential).ConfigureAwait(false);
                    return await Session.Engine.Upgrades.CompleteAsync(context, run.RunId, operation.Token).ConfigureAwait(false);
                },
                out var after);
            if (completed) WriteObject(after);
        }
    }

    private async Task<UpgradeRun> FindAsync(UpgradeRun given, PipelineOperation operation)
    {
        if (!RunTransformationAttribute.IsNameOnly(given)) return given;
        var runs = await Session.Engine.Upgrades.ListAsync(null, operation.Token).ConfigureAwait(false);
        return runs.FirstOrDefault(run => string.Equals(run.RunId, given.RunId, StringComparison.OrdinalIgnoreCase))
            ?? throw new UpgradeException("RunNotFound", UpgradeErrorCategory.ObjectNotFound, given.RunId, $"The store knows no upgrade run '{given.RunId}'.", "Get-UpgradeRun lists those that it knows.");
    }
}
