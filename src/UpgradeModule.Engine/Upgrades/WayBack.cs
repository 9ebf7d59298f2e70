using System.Diagnostics;
using UpgradeModule.Engine.Upgrades.Actions;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>
/// Takes a hop back, its actions from the last to the first, to the last completed stop. It has a token of its own: a caller who cancels
/// wants the application back. At the first action that can't be taken back it ends, since what comes after builds on it, and says what is where.
/// </summary>
internal sealed class WayBack(RunContext run, RunProgress progress)
{
    /// <summary>Goes back.</summary>
    /// <param name="failure">What failed.</param>
    /// <param name="failed">The action that failed; <see langword="null"/> where none was begun.</param>
    /// <param name="begun">The actions of the hop that were begun, in their order.</param>
    /// <param name="cancelled">Whether the caller cancelled.</param>
    public async Task<UpgradeResult> GoAsync(Exception failure, IUpgradeAction? failed, IReadOnlyList<BegunAction> begun, bool cancelled)
    {
        run.Recorder.GoingBack = true;

        // From here on it goes back whatever happens: whoever takes the run up again goes on going back.
        if (run.Hop is not null) run.Recorder.ChangeDocument(document => document with { Back = document.Back ?? Record(failure, failed, cancelled) });
        await run.Recorder.SaveAsync(CancellationToken.None).ConfigureAwait(false);
        if (!cancelled) run.Operation.Warning(RunMessages.GoingBack(run, failure, failed));
        for (var i = begun.Count - 1; run.Hop is { Touched: true } && i >= 0; i--)
        {
            if (await UndoAsync(begun[i]).ConfigureAwait(false) is { } trouble) return await FailAsync(failure, failed, begun[i].Action, trouble, cancelled).ConfigureAwait(false);
        }

        var message = RunMessages.RolledBack(run, failure, failed, cancelled);
        var result = await run.Recorder.EndAsync(
            record => record with
            {
                Outcome = UpgradeOutcome.RolledBack,
                Reached = run.Reached,
                Deployment = run.Deployment.Deployment,
                Downtime = run.Downtime.Elapsed,
                Error = message,
                ErrorId = RunMessages.ErrorId(failure, cancelled),
                Message = message,
            },
            CancellationToken.None).ConfigureAwait(false);
        return result;
    }

    private static BackRecord Record(Exception failure, IUpgradeAction? failed, bool cancelled) => new()
    {
        ErrorId = RunMessages.ErrorId(failure, cancelled),
        Message = failure.Message,
        Action = failed?.Id,
        Cancelled = cancelled,
    };

    private void Reach(IUpgradeAction action, FaultMoment moment) => run.Services.Faults?.Reach($"Undo:{action.Id}@{action.Stop?.To}", moment);

    private async Task<Exception?> UndoAsync(BegunAction begun)
    {
        var title = "Take back: " + begun.Action.Title;
        progress.Begin(title);
        var watch = Stopwatch.StartNew();
        try
        {
            Reach(begun.Action, FaultMoment.Intent);
            var patience = new BackPatience(run, title);
            while (true)
            {
                try
                {
                    await begun.Action.UndoAsync(run, CancellationToken.None).ConfigureAwait(false);
                    break;
                }
                catch (Exception failure)
                {
                    if (!await patience.WaitAsync(failure).ConfigureAwait(false)) return failure;
                }
            }

            Reach(begun.Action, FaultMoment.Effect);
            run.Recorder.ChangeDocument(document => document with { Back = document.Back is { } back ? back with { TakenBack = [.. back.TakenBack, begun.Order] } : null });
            var before = run.Recorder.Document.Run.Steps[begun.Order - 1].Status;
            await run.Recorder.ResultAsync(begun.Order, before == UpgradeActionStatus.Done ? UpgradeActionStatus.Undone : before, null, null, CancellationToken.None).ConfigureAwait(false);
            Reach(begun.Action, FaultMoment.Result);
            run.Operation.Verbose(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{title}: done after {watch.Elapsed.TotalSeconds:0.00} s"));
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
        finally
        {
            progress.End(title, wayBack: true);
        }
    }

    private Task<UpgradeResult> FailAsync(Exception failure, IUpgradeAction? failed, IUpgradeAction stuck, Exception trouble, bool cancelled)
    {
        var message = RunMessages.Failed(run, failure, failed, stuck, trouble, cancelled);
        return run.EndFailedAsync("RollbackFailed", message);
    }
}
