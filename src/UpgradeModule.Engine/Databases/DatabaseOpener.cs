using UpgradeModule.Engine.Databases.Settings;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases;

/// <summary>Finds a deployment's database and the log-ins for it, and opens it.</summary>
/// <param name="databases">The database engines.</param>
public sealed class DatabaseOpener(AppDatabases databases) : IDatabaseOpener
{
    /// <inheritdoc/>
    public async Task<DatabaseAccess> ResolveAsync(DeploymentContext context, AppSettings settings, CancellationToken cancellationToken)
    {
        var found = Find(context, settings);
        var target = context.Credential is { } caller ? found.Target with { User = caller.UserName } : found.Target;
        var hasServer = target.Engine is DatabaseEngine.Postgres or DatabaseEngine.MySql or DatabaseEngine.Mongo;
        return new DatabaseAccess
        {
            Target = target,
            DockerHost = context.Deployment.Settings.DockerHost,
            Credential = hasServer || target.Engine == DatabaseEngine.H2 ? context.Credential ?? await LogInAsync(context, target, found.Password, cancellationToken).ConfigureAwait(false) : null,
            Maintenance = hasServer ? context.MaintenanceCredential ?? await MaintenanceAsync(context, target, cancellationToken).ConfigureAwait(false) : null,
        };
    }

    /// <inheritdoc/>
    public DatabaseTarget Locate(DeploymentContext context, AppSettings settings) => Find(context, settings).Target;

    /// <inheritdoc/>
    public async Task<IAppDatabase> OpenAsync(DeploymentContext context, AppSettings settings, CancellationToken cancellationToken) =>
        databases.Open(await ResolveAsync(context, settings, cancellationToken).ConfigureAwait(false), context.Operation);

    private static FoundDatabase Find(DeploymentContext context, AppSettings settings)
    {
        var given = context.Deployment.Database;
        return given is { FromSettings: false } ? Complete(given, context, settings) : Read(context, settings, given);
    }

    private static FoundDatabase Read(DeploymentContext context, AppSettings settings, DatabaseTarget? before)
    {
        var found = new DatabaseSettingsReader(context, settings).Read();
        // What the settings can't tell was given with the deployment.
        return before is null ? found : found with { Target = found.Target with { Secret = before.Secret, MaintenanceUser = before.MaintenanceUser, MaintenanceSecret = before.MaintenanceSecret, MaintenanceDatabase = before.MaintenanceDatabase, Container = before.Container } };
    }

    private static FoundDatabase Complete(DatabaseTarget given, DeploymentContext context, AppSettings settings)
    {
        var own = new FoundDatabase(given, null);
        if (given.Path is not null || (given.User is not null && given.Secret is not null)) return own;
        try
        {
            var found = new DatabaseSettingsReader(context, settings).Read();
            // The application's password is of use only for the role that it belongs to.
            var sameRole = found.Target.Engine == given.Engine && (given.User is null || given.User == found.Target.User);
            return sameRole ? new FoundDatabase(given with { User = given.User ?? found.Target.User }, given.Secret is null ? found.Password : null) : own;
        }
        catch (UpgradeException failure) when (failure.ErrorId == "DatabaseSettingsInvalid")
        {
            // Given in full or not: settings that nobody asked for are no reason to fail.
            return own;
        }
    }

    private static async Task<DatabaseCredential?> LogInAsync(DeploymentContext context, DatabaseTarget target, string? password, CancellationToken cancellationToken)
    {
        if (target.User is null) return null;
        if (password is null && target.Secret is not null) password = await SecretResolver.ResolveAsync(target.Secret, context.Operation, cancellationToken).ConfigureAwait(false);
        return new DatabaseCredential(target.User, password ?? "");
    }

    private static async Task<DatabaseCredential?> MaintenanceAsync(DeploymentContext context, DatabaseTarget target, CancellationToken cancellationToken)
    {
        if (target.MaintenanceUser is null) return null;
        var password = target.MaintenanceSecret is null ? "" : await SecretResolver.ResolveAsync(target.MaintenanceSecret, context.Operation, cancellationToken).ConfigureAwait(false);
        return new DatabaseCredential(target.MaintenanceUser, password);
    }
}
