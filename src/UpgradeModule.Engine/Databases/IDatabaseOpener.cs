using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases;

/// <summary>Finds a deployment's database and the log-ins for it, and opens it.</summary>
public interface IDatabaseOpener
{
    /// <summary>
    /// Finds the database. One that was given with the deployment wins; else it is read from the application's own settings. The password is
    /// the caller's credential, else the one in the settings, else the one that the deployment names by reference.
    /// </summary>
    /// <param name="context">The deployment.</param>
    /// <param name="settings">The settings that the application is given.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The database and its log-ins. Nothing was connected to.</returns>
    /// <exception cref="UpgradeException"><c>DatabaseSettingsInvalid</c>: the settings don't tell a database; the message names the setting, never a value. <c>SecretNotFound</c>.</exception>
    Task<DatabaseAccess> ResolveAsync(DeploymentContext context, AppSettings settings, CancellationToken cancellationToken);

    /// <summary>Tells where the database is, as <see cref="ResolveAsync"/> finds it, without asking for a password.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="settings">The settings that the application is given.</param>
    /// <exception cref="UpgradeException"><c>DatabaseSettingsInvalid</c>.</exception>
    DatabaseTarget Locate(DeploymentContext context, AppSettings settings);

    /// <summary>Finds the database and gives it to work with. Nothing is connected to yet.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="settings">The settings that the application is given.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>EngineNotSupported</c>, and what <see cref="ResolveAsync"/> throws.</exception>
    Task<IAppDatabase> OpenAsync(DeploymentContext context, AppSettings settings, CancellationToken cancellationToken);
}
