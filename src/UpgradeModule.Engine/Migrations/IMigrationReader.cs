using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases;

namespace UpgradeModule.Engine.Migrations;

/// <summary>Reads from the database which migrations ran and whether their lock is held.</summary>
public interface IMigrationReader
{
    /// <summary>Reads the state.</summary>
    /// <param name="spec">How the application records its migrations.</param>
    /// <param name="database">Its database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The state; empty where the tables aren't there yet.</returns>
    Task<MigrationState> ReadAsync(MigrationSpec spec, IAppDatabase database, CancellationToken cancellationToken);

    /// <summary>Reads what ran, with all that the application records of it.</summary>
    /// <param name="spec">How the application records its migrations.</param>
    /// <param name="database">Its database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The migrations in the order in which they ran; none where the table isn't there yet.</returns>
    /// <exception cref="UpgradeException"><c>MigrationsNotReadable</c>: they are recorded in a way that this version of the module can't read.</exception>
    Task<IReadOnlyList<MigrationEntry>> ListAsync(MigrationSpec spec, IAppDatabase database, CancellationToken cancellationToken);
}
