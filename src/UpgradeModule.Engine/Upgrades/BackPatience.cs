using System.Diagnostics;
using System.Globalization;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>
/// How often one step of a way back is tried again: a few times, and as long as a server that went away may take to come back. The application is down meanwhile;
/// to give up while its server starts would leave it down.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="title">The step.</param>
internal sealed class BackPatience(RunContext run, string title)
{
    private const int Tries = 3;

    // Waiting again would not help: the wait has its own patience.
    private static readonly string[] Final = ["ServiceTimeout", "ServiceUnhealthy", "RollbackIncomplete"];
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
        if (failure is UpgradeException known && Final.Contains(known.ErrorId)) return false;
        var patience = run.Services.UndoPatience;
        var away = _since.Elapsed < patience && await IsAwayAsync(failure).ConfigureAwait(false);
        if (!away && _failed >= Tries) return false;
        if (away && !_told) run.Operation.Warning(string.Create(CultureInfo.InvariantCulture, $"{title}: {failure.Message} It may come back, so this is tried again for {patience.TotalSeconds:0} s."));
        else run.Operation.Verbose($"{title}: {failure.Message} It is tried again.");
        _told |= away;
        await Task.Delay(run.Services.UndoRetryDelay, CancellationToken.None).ConfigureAwait(false);
        return true;
    }

    private async Task<bool> IsAwayAsync(Exception failure)
    {
        if (Absence.Is(failure)) return true;

        // The version before ends at once where its database isn't there.
        return failure is UpgradeException { ErrorId: var id } && Ended.Contains(id) && await ServerDemand.MissingAsync(run, CancellationToken.None).ConfigureAwait(false) is not null;
    }
}
