using System.Globalization;

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
            var since = state.LockedSince is { } time ? string.Create(CultureInfo.InvariantCulture, $" since {time:u} ({Age(DateTimeOffset.UtcNow - time)} ago)") : "";
            var held = $"The migration lock in {context.Database} is held{(state.LockedBy is null ? "" : " by " + state.LockedBy)}{since}";
            var release = $"Unlock-AppMigration {context.Name} releases it.{(spec.LockRemedy is { } own ? " By hand: " + own : "")}";
            if (service.Status is AppServiceStatus.Stopped or AppServiceStatus.Crashed)
            {
                return [Finding.Blocker($"{held}, and {context.Name} doesn't run: a migration that died left it.", $"Make sure that no other node migrates. {release}", spec.LockTable)];
            }

            var health = await context.HealthAsync().ConfigureAwait(false);
            return health.Health == AppHealth.Healthy
                ? [Finding.Blocker($"{held}, and {context.Name} is healthy: it was left by a migration that died, or another node migrates.", $"Make sure that no other node migrates. {release}", spec.LockTable)]
                : [Finding.Blocker($"{held}: a migration may be running.", $"Wait until it has ended. If nothing migrates, it was left by one that died: stop the application first. {release}", spec.LockTable)];
        }
    }

    private static string Age(TimeSpan age) => age.TotalDays >= 2 ? string.Create(CultureInfo.InvariantCulture, $"{age.TotalDays:0} days")
        : age.TotalHours >= 2 ? string.Create(CultureInfo.InvariantCulture, $"{age.TotalHours:0} hours")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, age.TotalMinutes):0} minutes");
}
