using System.Management.Automation;

namespace UpgradeModule.Commands;

/// <summary>Gets the schema migrations that ran in deployments' databases: what ran when, and whether migrating down takes it back.</summary>
[Cmdlet(VerbsCommon.Get, "AppMigration", DefaultParameterSetName = ByName)]
[OutputType(typeof(AppMigration))]
public sealed class GetAppMigrationCommand : DeploymentCmdlet
{
    /// <summary>The ids of migrations; wildcards are allowed. All where empty.</summary>
    [Parameter(HelpMessage = "The id of a migration; wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Id { get; set; } = ["*"];

    /// <summary>Only those that ran after this moment.</summary>
    [Parameter(HelpMessage = "Only those that ran after this moment.")]
    public DateTime? After { get; set; }

    /// <summary>The log-in for the application's database, in place of the application's own.</summary>
    [Parameter(HelpMessage = "The log-in for the application's database, in place of the application's own.")]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessDeployment(AppDeployment deployment)
    {
        var got = TryRun(
            deployment.Name,
            async operation =>
            {
                var context = await Session.OpenAsync(deployment, operation, Credential).ConfigureAwait(false);
                return await Session.Engine.Migrations.ListAsync(context, operation.Token).ConfigureAwait(false);
            },
            out var migrations);
        if (!got) return;
        var ids = Id.Select(id => WildcardPattern.Get(id, WildcardOptions.IgnoreCase)).ToList();
        var after = After is { } moment ? (DateTimeOffset?)new DateTimeOffset(moment.ToUniversalTime(), TimeSpan.Zero) : null;
        WriteObject(migrations!.Where(migration => ids.Exists(id => id.IsMatch(migration.Id)) && (after is null || migration.RanOn > after)), enumerateCollection: true);
    }
}
