using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Migrations;

/// <summary>Tells what ran in deployments' databases, and releases migration locks that were left.</summary>
/// <param name="hosts">The host kinds.</param>
/// <param name="open">Opens a deployment's database.</param>
/// <param name="reader">Reads migrations.</param>
internal sealed class MigrationService(Func<AppHostKind, IAppHost> hosts, Func<DeploymentContext, CancellationToken, Task<IAppDatabase>> open, IMigrationReader reader) : IMigrationService
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<AppMigration>> ListAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var spec = Spec(context);
        var database = await open(context, cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            var entries = await reader.ListAsync(spec, database, cancellationToken).ConfigureAwait(false);
            var knowledge = new MigrationKnowledge(context.Spec);
            return [.. entries.Select((entry, index) => knowledge.Describe(context.Deployment, entry, index + 1))];
        }
    }

    /// <inheritdoc/>
    public async Task<MigrationLock> GetLockAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var (table, spec) = Table(context);
        var database = await open(context, cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            return await LookAsync(context, spec, table, database, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<MigrationLock> UnlockAsync(DeploymentContext context, bool force, CancellationToken cancellationToken)
    {
        var (table, spec) = Table(context);
        var taken = await hosts(context.Deployment.HostKind).LockAsync(context, "releasing the migration lock", cancellationToken).ConfigureAwait(false);
        await using (taken.ConfigureAwait(false))
        {
            var database = await open(context, cancellationToken).ConfigureAwait(false);
            await using (database.ConfigureAwait(false))
            {
                var found = await LookAsync(context, spec, table, database, cancellationToken).ConfigureAwait(false);
                if (!found.Held) return found;
                if (InUse(found) is { } reason)
                {
                    if (!force) throw Refused(context, found, reason);
                    context.Operation.Warning($"{reason} The lock is released all the same, as -Force asks: should a migration be running, another one can begin beside it.");
                }

                await ReleaseAsync(table, database, cancellationToken).ConfigureAwait(false);
                context.Operation.Verbose($"The migration lock {table} of '{context.Deployment.Name}' was released.");
                return found with { Released = true, ReleasedOn = DateTimeOffset.UtcNow };
            }
        }
    }

    private static async Task ReleaseAsync(string table, IAppDatabase database, CancellationToken cancellationToken)
    {
        UpgradeException? first = null;
        foreach (var name in MigrationReader.Spellings(table, database.Engine))
        {
            try
            {
                await database.ExecuteAsync($"UPDATE {name} SET locked = FALSE, lockgranted = NULL, lockedby = NULL WHERE locked = TRUE", cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (UpgradeException failure) when (failure.ErrorId == "DatabaseWriteFailed")
            {
                first ??= failure;
            }
        }

        throw first!;
    }

    private async Task<MigrationLock> LookAsync(DeploymentContext context, MigrationSpec spec, string table, IAppDatabase database, CancellationToken cancellationToken)
    {
        if (!await database.TableExistsAsync(table, cancellationToken).ConfigureAwait(false))
        {
            throw new UpgradeException(
                "MigrationLockUnknown", UpgradeErrorCategory.ObjectNotFound, table, $"There is no table '{table}' in {database.Target}, where {context.Spec.DisplayName} keeps its migration lock.",
                "Check that this is the application's own database: Get-AppDeployment shows it.");
        }

        var state = await reader.ReadAsync(spec, database, cancellationToken).ConfigureAwait(false);
        var facts = await database.InspectAsync(cancellationToken).ConfigureAwait(false);
        var service = await hosts(context.Deployment.HostKind).GetServiceAsync(context, cancellationToken).ConfigureAwait(false);
        return new MigrationLock
        {
            Deployment = context.Deployment,
            Table = table,
            Held = state.Locked,
            Holder = state.LockedBy,
            Since = state.LockedSince,
            Age = state.LockedSince is { } since ? DateTimeOffset.UtcNow - since : null,
            ServiceStatus = service.Status,
            Sessions = facts.Sessions,
        };
    }

    // A holder that lives has a session in the database: where there is none, nobody migrates, whatever the lock says.
    private static string? InUse(MigrationLock found)
    {
        if (found.Sessions.Count == 0) return null;
        var sessions = string.Join("; ", found.Sessions);
        return found.ServiceStatus is AppServiceStatus.Stopped or AppServiceStatus.Crashed
            ? $"'{found.Deployment.Name}' doesn't run, but others are connected to its database, and one of them may be migrating: {sessions}."
            : $"'{found.Deployment.Name}' is {found.ServiceStatus.ToString().ToLowerInvariant()} and connected to its database, so it may be migrating: {sessions}.";
    }

    private static UpgradeException Refused(DeploymentContext context, MigrationLock found, string reason)
    {
        var since = found.Age is { } age ? string.Create(CultureInfo.InvariantCulture, $" for {(age.TotalHours >= 2 ? $"{age.TotalHours:0} hours" : $"{Math.Max(0, age.TotalMinutes):0} minutes")}") : "";
        return new UpgradeException(
            "MigrationLockInUse", UpgradeErrorCategory.ResourceBusy, found.Table,
            $"The migration lock of '{context.Deployment.Name}' was not released. It is held{(found.Holder is null ? "" : " by " + found.Holder)}{since}. {reason}",
            $"Stop the application with Stop-AppService, and end the other sessions; or use -Force where you know that nobody migrates.");
    }

    private static MigrationSpec Spec(DeploymentContext context)
    {
        if (context.Spec.Migrations is not { } spec)
        {
            throw new UpgradeException("MigrationsUnknown", UpgradeErrorCategory.ObjectNotFound, context.Spec.Name, $"The definition of {context.Spec.DisplayName} doesn't say where its migrations are recorded.", "Add 'migrations' to the definition: see about_UpgradeModule_Definitions.");
        }

        if (spec.Kind == "east")
        {
            throw new UpgradeException(
                "MigrationsNotReadable", UpgradeErrorCategory.NotImplemented, context.Deployment.Name,
                $"{context.Spec.DisplayName} records its migrations by East, in a collection of MongoDB; this version of the module reads those of SQL databases only.",
                "Ask the application's own command for them, in its container: yarn run migrations list.");
        }

        return spec;
    }

    private static (string Table, MigrationSpec Spec) Table(DeploymentContext context)
    {
        var spec = Spec(context);
        return (spec.LockTable ?? (spec.Kind == "liquibase" ? "databasechangeloglock" : null)) is { } table
            ? (table, spec)
            : throw new UpgradeException("MigrationLockUnknown", UpgradeErrorCategory.ObjectNotFound, context.Spec.Name, $"The definition of {context.Spec.DisplayName} names no table that holds a migration lock.", "Where the application has one, add it as 'migrations.lockTable'.");
    }
}
