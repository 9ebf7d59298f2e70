using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Migrations;

/// <summary>Tells what ran in deployments' databases, and releases migration locks that were left.</summary>
public interface IMigrationService
{
    /// <summary>Lists the migrations that ran, in the order in which they ran.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>MigrationsUnknown</c>: the definition doesn't say where they are recorded; <c>MigrationsNotReadable</c>; what reaching the database throws.</exception>
    Task<IReadOnlyList<AppMigration>> ListAsync(DeploymentContext context, CancellationToken cancellationToken);

    /// <summary>Looks at the migration lock. Nothing is changed.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>MigrationLockUnknown</c>: the definition names no lock table, or it isn't there.</exception>
    Task<MigrationLock> GetLockAsync(DeploymentContext context, CancellationToken cancellationToken);

    /// <summary>Releases the migration lock, where nobody runs who may hold it. One that isn't held is left alone.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="force">Whether it is released although somebody may hold it.</param>
    /// <param name="cancellationToken">Ends the work; nothing has changed then.</param>
    /// <returns>The lock as it was, and whether it was released.</returns>
    /// <exception cref="UpgradeException"><c>MigrationLockInUse</c>: the service runs or others are connected; <c>MigrationLockUnknown</c>; <c>DeploymentLocked</c>; <c>DatabaseWriteFailed</c>, <c>DatabaseWriteNotSupported</c>.</exception>
    Task<MigrationLock> UnlockAsync(DeploymentContext context, bool force, CancellationToken cancellationToken);
}
