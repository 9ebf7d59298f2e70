using System.Management.Automation;
using UpgradeModule.Display;

namespace UpgradeModule.Commands;

/// <summary>
/// Releases the lock that a migration which died has left in the database. It shows who held it and for how long, and releases it only where nobody
/// runs who may hold it.
/// </summary>
[Cmdlet(VerbsCommon.Unlock, "AppMigration", DefaultParameterSetName = ByName, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(MigrationLock))]
public sealed class UnlockAppMigrationCommand : DeploymentCmdlet
{
    /// <summary>Doesn't ask, and releases the lock although the application runs or others are connected to its database.</summary>
    [Parameter(HelpMessage = "Doesn't ask, and releases the lock although somebody may hold it.")]
    public SwitchParameter Force { get; set; }

    /// <summary>The log-in for the application's database, in place of the application's own.</summary>
    [Parameter(HelpMessage = "The log-in for the application's database, in place of the application's own.")]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessDeployment(AppDeployment deployment)
    {
        var looked = TryRun(
            deployment.Name,
            async operation =>
            {
                var context = await Session.OpenAsync(deployment, operation, Credential).ConfigureAwait(false);
                return await Session.Engine.Migrations.GetLockAsync(context, operation.Token).ConfigureAwait(false);
            },
            out var found);
        if (!looked) return;
        if (!found!.Held)
        {
            // Nothing is left to release, so there is nothing to ask.
            WriteVerbose($"The migration lock {found.Table} of '{deployment.Name}' is not held.");
            WriteObject(found);
            return;
        }

        if (!Confirmed(deployment.Name, $"Release the migration lock {found.Table}{(found.Holder is null ? "" : ", held by " + found.Holder)}{(found.Since is { } since ? $" since {Show.Time(since)}" : "")}", Force)) return;
        var done = TryRun(
            deployment.Name,
            async operation =>
            {
                var context = await Session.OpenAsync(deployment, operation, Credential).ConfigureAwait(false);
                return await Session.Engine.Migrations.UnlockAsync(context, Force, operation.Token).ConfigureAwait(false);
            },
            out var released);
        if (done) WriteObject(released);
    }
}
