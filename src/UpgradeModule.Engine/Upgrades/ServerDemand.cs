namespace UpgradeModule.Engine.Upgrades;

/// <summary>
/// Asks for the database's server before the version of before is started again. Without it that version would only end at once; and a Docker daemon that is just ending
/// stops the database first and takes a start for as long as it lives, of which it then loses count: of the container, and of the ports that it publishes.
/// </summary>
internal static class ServerDemand
{
    /// <summary>Asks for it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException">It isn't there (<see cref="Absence"/>); who goes back waits for it then.</exception>
    public static async Task CheckAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (await MissingAsync(run, cancellationToken).ConfigureAwait(false) is { } failure) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Asks for it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>How it isn't there; <see langword="null"/> where it answers, whatever it says, or where the application has none.</returns>
    public static async Task<UpgradeException?> MissingAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (run.Deployment.Deployment.Database is not { Engine: DatabaseEngine.Postgres or DatabaseEngine.MySql }) return null;
        try
        {
            var database = await run.OpenDatabaseAsync(cancellationToken).ConfigureAwait(false);
            await using (database.ConfigureAwait(false))
            {
                await database.QueryAsync("SELECT 1", cancellationToken).ConfigureAwait(false);
                return null;
            }
        }
        catch (UpgradeException failure)
        {
            return Absence.Is(failure) ? failure : null;
        }
    }
}
