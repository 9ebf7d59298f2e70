using System.Diagnostics;
using System.Globalization;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>
/// How often one step of a way back is tried again: a few times, and as long as a server that went away may take to come back. The application is down meanwhile;
/// to give up while its server starts would leave it down.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="title">The step.</param>
/// <param name="tries">How often it is tried where nothing went away.</param>
internal sealed class BackPatience(RunContext run, string title, int tries)
{
    private static readonly string[] Away = ["DatabaseUnreachable", "ContainerEngineUnreachable"];
    private static readonly string[] Ended = ["ServiceCrashed", "ServiceStartFailed"];

    private readonly Stopwatch _since = Stopwatch.StartNew();
    private int _failed;
    private bool _told;

    /// <summary>Waits a moment before the step is tried again.</summary>
    /// <param name="failure">How it failed.</param>
    /// <returns>Whether it is tried again.</returns>
    public async Task<bool> WaitAsync(Exception failure)
    {
        _failed++;
        var patience = run.Services.UndoPatience;
        var away = _since.Elapsed < patience && await IsAwayAsync(failure).ConfigureAwait(false);
        if (!away && _failed >= tries) return false;
        if (away && !_told) run.Operation.Warning(string.Create(CultureInfo.InvariantCulture, $"{title}: {failure.Message} It may come back, so this is tried again for {patience.TotalSeconds:0} s."));
        else run.Operation.Verbose($"{title}: {failure.Message} It is tried again.");
        _told |= away;
        await Task.Delay(run.Services.UndoRetryDelay, CancellationToken.None).ConfigureAwait(false);
        return true;
    }

    private async Task<bool> IsAwayAsync(Exception failure)
    {
        if (failure is not UpgradeException { ErrorId: var id }) return false;
        if (Away.Contains(id)) return true;

        // The version before ends at once where its database isn't there.
        return Ended.Contains(id) && run.Deployment.Deployment.Database is { Engine: DatabaseEngine.Postgres or DatabaseEngine.MySql } && !await AnswersAsync().ConfigureAwait(false);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            var database = await run.OpenDatabaseAsync(CancellationToken.None).ConfigureAwait(false);
            await using (database.ConfigureAwait(false))
            {
                await database.QueryAsync("SELECT 1", CancellationToken.None).ConfigureAwait(false);
                return true;
            }
        }
        catch (UpgradeException failure)
        {
            return !Away.Contains(failure.ErrorId);
        }
    }
}
