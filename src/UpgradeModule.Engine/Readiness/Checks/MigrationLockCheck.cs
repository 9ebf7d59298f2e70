namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>No migration runs, and none that died left its lock behind.</summary>
internal sealed class MigrationLockCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "MigrationLock";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (context.Deployment.Spec.Migrations is not { } spec || await context.ReachableAsync().ConfigureAwait(false) is null) return [];
        var database = await context.Services.OpenDatabase(context.Deployment, cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            var state = await context.Services.Migrations.ReadAsync(spec, database, cancellationToken).ConfigureAwait(false);
            if (!state.Locked) return [];
            var service = await context.ServiceAsync().ConfigureAwait(false);
            var held = $"The migration lock in {context.Database} is held{(state.LockedBy is null ? "" : " by " + state.LockedBy)}{(state.LockedSince is { } since ? $" since {since:u}" : "")}";
            return service.Status is AppServiceStatus.Stopped or AppServiceStatus.Crashed
                ? [Finding.Blocker($"{held}, and {context.Name} doesn't run: a migration that died left it.", "Make sure that no other node migrates, then release it with the application's own command or by emptying the lock table's row.", spec.LockTable)]
                : [Finding.Blocker($"{held}: a migration may be running.", "Wait until it has ended. If nothing migrates, it was left by one that died: stop the application, release the lock, start it again.", spec.LockTable)];
        }
    }
}
