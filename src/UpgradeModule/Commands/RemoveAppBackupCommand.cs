using System.Globalization;
using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Completion;
using UpgradeModule.Display;
using UpgradeModule.Engine.Backups;
using UpgradeModule.Engine.Backups.Retention;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>
/// Removes backups: those that are given, or those that a rule keeps no longer, counted for each deployment in each folder by days, weeks and months of
/// UTC. The last proven backup of a deployment stays, and so does one that an upgrade run may yet need.
/// </summary>
[Cmdlet(VerbsCommon.Remove, "AppBackup", DefaultParameterSetName = ByRule, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveAppBackupCommand : StoreCmdlet
{
    private const string ByRule = nameof(ByRule);
    private const string ByBackup = nameof(ByBackup);

    private readonly List<AppBackup> _given = [];

    /// <summary>The backups; a folder or an id stands for one. With a rule, those that it judges.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByBackup, ValueFromPipeline = true, HelpMessage = "A backup as Get-AppBackup gives it, its folder or its id.")]
    [Alias("Id")]
    [BackupTransformation]
    [ArgumentCompleter(typeof(BackupCompleter))]
    [ValidateNotNullOrEmpty]
    public AppBackup[] Backup { get; set; } = [];

    /// <summary>The deployments whose backups the rule judges; wildcards are allowed. All where empty.</summary>
    [Parameter(ParameterSetName = ByRule, HelpMessage = "The deployments whose backups the rule judges; wildcards are allowed.")]
    [ArgumentCompleter(typeof(DeploymentNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = ["*"];

    /// <summary>A folder of backups, in place of those that the store remembers.</summary>
    [Parameter(ParameterSetName = ByRule, HelpMessage = "A folder of backups, in place of those that the store remembers.")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>How old a backup must be to be removed: days, or a span of time.</summary>
    [Parameter(HelpMessage = "How old a backup must be to be removed: days, or a span of time.")]
    [DaysTransformation]
    public TimeSpan? OlderThan { get; set; }

    /// <summary>How many of the newest backups are kept.</summary>
    [Parameter(HelpMessage = "How many of the newest backups are kept.")]
    [ValidateRange(1, 100_000)]
    public int? KeepLast { get; set; }

    /// <summary>Of how many days the newest backup is kept; days without one don't count.</summary>
    [Parameter(HelpMessage = "Of how many days the newest backup is kept.")]
    [ValidateRange(1, 100_000)]
    public int? KeepDaily { get; set; }

    /// <summary>Of how many weeks, from Monday, the newest backup is kept.</summary>
    [Parameter(HelpMessage = "Of how many weeks the newest backup is kept.")]
    [ValidateRange(1, 100_000)]
    public int? KeepWeekly { get; set; }

    /// <summary>Of how many months the newest backup is kept.</summary>
    [Parameter(HelpMessage = "Of how many months the newest backup is kept.")]
    [ValidateRange(1, 100_000)]
    public int? KeepMonthly { get; set; }

    /// <summary>Removes also what killed processes left: backups that were never whole, and such as were being removed.</summary>
    [Parameter(ParameterSetName = ByRule, HelpMessage = "Removes also what killed processes left of backups that were never whole.")]
    public SwitchParameter IncludePartial { get; set; }

    /// <summary>Removes without asking, and a backup that was given also where it is the last proven one of its deployment.</summary>
    [Parameter(HelpMessage = "Removes without asking, and a backup that was given also where it is the last proven one.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        foreach (var backup in Backup)
        {
            if (TryRun(backup.Id, operation => BackupFinder.FindAsync(Session, backup, operation), out var found)) _given.Add(found);
        }
    }

    /// <summary>Removes: a rule can be applied only when all backups are known.</summary>
    protected override void EndProcessing()
    {
        Guard(null, Remove);
        base.EndProcessing();
    }

    private void Remove()
    {
        var rule = new RetentionRule { Last = KeepLast, Daily = KeepDaily, Weekly = KeepWeekly, Monthly = KeepMonthly, OlderThan = OlderThan };
        if (ParameterSetName == ByRule)
        {
            if (rule.IsEmpty && !IncludePartial)
            {
                throw new UpgradeException("RetentionRuleMissing", UpgradeErrorCategory.InvalidArgument, MyInvocation.MyCommand.Name, "There is no backup to remove, and no rule.", "Give backups, or a rule by -OlderThan, -KeepLast, -KeepDaily, -KeepWeekly or -KeepMonthly.");
            }

            var folder = Path is null ? null : FullPath(Path);
            if (!rule.IsEmpty) List(folder);
            if (IncludePartial) RemoveLeft(folder);
        }

        if (_given.Count == 0) return;
        var request = new BackupRemovalRequest { Backups = _given, Rule = rule.IsEmpty ? null : rule, Force = Force };
        if (!TryRun(null, operation => Session.Engine.Backups.PlanRemovalAsync(request, operation, operation.Token), out var plan)) return;
        foreach (var removal in plan) Remove(removal);
    }

    private void List(string? folder)
    {
        if (!TryRun(folder, operation => Session.Engine.Backups.ListAsync(new BackupQuery { Path = folder }, operation, operation.Token), out var known)) return;
        var names = Name.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase)).ToList();
        _given.AddRange(known.Where(backup => names.Exists(name => name.IsMatch(backup.Deployment))));
    }

    private void Remove(BackupRemoval removal)
    {
        var backup = removal.Backup;
        if (removal.Refused is not null) WriteError(Errors.ErrorFactory.Create(removal.Refused, backup.Id));
        else if (removal.Kept is not null) WriteVerbose($"'{backup.Id}' is kept: {removal.Kept}.");
        else if (Confirmed(backup.Id, string.Create(CultureInfo.InvariantCulture, $"Remove the backup of {Show.Time(backup.Created)}, {Show.Size(backup.Size)}, in '{System.IO.Path.GetDirectoryName(backup.Path)}'"), Force)) TryRun(backup.Id, operation => Session.Engine.Backups.RemoveAsync(backup, operation, operation.Token));
    }

    private void RemoveLeft(string? folder)
    {
        if (!TryRun(folder, operation => Session.Engine.Backups.FindLeftAsync(folder, operation.Token), out var left)) return;
        foreach (var one in left)
        {
            if (Confirmed(one, "Remove what a killed process left of a backup", Force)) TryRun(one, operation => Session.Engine.Backups.RemoveLeftAsync(one, operation.Token));
        }
    }
}
