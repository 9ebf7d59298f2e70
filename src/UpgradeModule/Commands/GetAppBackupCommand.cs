using System.Management.Automation;
using UpgradeModule.Completion;
using UpgradeModule.Engine.Backups;

namespace UpgradeModule.Commands;

/// <summary>Gets backups, newest first: those that the store remembers, those of a deployment, or those in a folder.</summary>
[Cmdlet(VerbsCommon.Get, "AppBackup", DefaultParameterSetName = All)]
[OutputType(typeof(AppBackup))]
public sealed class GetAppBackupCommand : DeploymentCmdlet
{
    private const string All = nameof(All);

    /// <summary>The ids of backups; wildcards are allowed. All where empty.</summary>
    [Parameter(HelpMessage = "The id of a backup; wildcards are allowed.")]
    [ArgumentCompleter(typeof(BackupCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Id { get; set; } = ["*"];

    /// <summary>A backup's folder, or a folder of backups, in place of those that the store remembers.</summary>
    [Parameter(HelpMessage = "A backup's folder, or a folder of backups.")]
    [Alias("Destination")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The applications whose backups are wanted; wildcards are allowed. All where empty.</summary>
    [Parameter(HelpMessage = "The applications whose backups are wanted; wildcards are allowed.")]
    [ArgumentCompleter(typeof(AppNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] App { get; set; } = ["*"];

    /// <summary>Only backups whose snapshot was taken then or later.</summary>
    [Parameter(HelpMessage = "Only backups whose snapshot was taken then or later.")]
    public DateTimeOffset? Since { get; set; }

    /// <summary>Only the newest of each deployment.</summary>
    [Parameter(HelpMessage = "Only the newest of each deployment.")]
    public SwitchParameter Latest { get; set; }

    /// <summary>Only those that a restore has proven; those that none has with <c>-Proven:$false</c>.</summary>
    [Parameter(HelpMessage = "Only those that a restore has proven; those that none has with -Proven:$false.")]
    public SwitchParameter Proven { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        var folder = Path is null ? null : FullPath(Path);
        switch (ParameterSetName)
        {
            case All:
                Write(null, new BackupQuery { Path = folder }, null);
                break;
            case ByDeployment:
                foreach (var deployment in Deployment) Write(deployment.Name, new BackupQuery { Deployment = deployment.Name, Path = folder ?? deployment.BackupPath }, null);
                break;
            default:
                foreach (var name in Name)
                {
                    // Backups outlive the registration of their deployment. Only a name that means nothing at all is a mistake.
                    var none = Write(name, new BackupQuery { Path = folder }, WildcardPattern.Get(name, WildcardOptions.IgnoreCase)) == 0;
                    if (none && !WildcardPattern.ContainsWildcardCharacters(name)) StoredByName([name]);
                }

                break;
        }
    }

    private static List<WildcardPattern> Patterns(string[] texts) => [.. texts.Select(text => WildcardPattern.Get(text, WildcardOptions.IgnoreCase))];

    private bool IsWanted(AppBackup backup) => !(backup.Created < Since) && (!IsBound(nameof(Proven)) || Proven == backup.ProvenOn is not null);

    private int Write(object? target, BackupQuery query, WildcardPattern? deployment)
    {
        if (!TryRun(target, operation => Session.Engine.Backups.ListAsync(query, operation, operation.Token), out var backups)) return -1;
        var ids = Patterns(Id);
        var apps = Patterns(App);
        var named = backups.Where(backup => deployment?.IsMatch(backup.Deployment) != false).ToList();
        var found = named.Where(backup => ids.Exists(id => id.IsMatch(backup.Id)) && apps.Exists(app => app.IsMatch(backup.App)) && IsWanted(backup));
        // They come newest first.
        WriteObject(Latest ? found.DistinctBy(backup => backup.Deployment, StringComparer.OrdinalIgnoreCase) : found, enumerateCollection: true);
        return named.Count;
    }
}
