using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine.Upgrades.Actions;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>Does one action after the other: intent into the journal, the action, its result into the journal.</summary>
internal sealed class ActionRunner(RunContext run, RunProgress progress)
{
    /// <summary>The action that was begun last.</summary>
    public IUpgradeAction? Last { get; private set; }

    /// <summary>Does an action.</summary>
    /// <param name="action">The action.</param>
    /// <param name="begun">Where it is noted as begun, before anything of it is done; in the order of the record.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<ActionResult> DoAsync(IUpgradeAction action, List<BegunAction> begun, CancellationToken cancellationToken)
    {
        var begin = action.SeesToCancellation ? CancellationToken.None : cancellationToken;
        begin.ThrowIfCancellationRequested();
        progress.Begin(action.Title);
        var watch = Stopwatch.StartNew();
        var order = 0;
        try
        {
            order = await IntendAsync(action, begin).ConfigureAwait(false);
            Last = action;

            // One that is done again after a resume keeps its place: the way back goes from the last to the first.
            begun.RemoveAll(other => other.Order == order);
            begun.Insert(begun.Count(other => other.Order < order), new BegunAction(action, order));
            Reach(action, FaultMoment.Intent);
            run.Operation.Verbose(At(action) + action.Title);
            var result = await action.DoAsync(run, cancellationToken).ConfigureAwait(false);
            Reach(action, FaultMoment.Effect);
            run.Recorder.Keep(result.Points, action.Id, action.Stop?.Order ?? 0);

            // What was done is written down even if the caller has just cancelled: the way back needs it.
            await run.Recorder.ResultAsync(order, result.Status, result.Message, watch.Elapsed, CancellationToken.None).ConfigureAwait(false);
            Reach(action, FaultMoment.Result);
            run.Operation.Verbose(string.Create(CultureInfo.InvariantCulture, $"{At(action)}{action.Id}: {result.Status} after {watch.Elapsed.TotalSeconds:0.00} s{(result.Message is { Length: > 0 } message ? ": " + message : "")}"));
            return result;
        }
        catch (Exception failure)
        {
            run.Recorder.GoingBack = true;
            if (order > 0) await run.Recorder.ResultAsync(order, UpgradeActionStatus.Failed, Whole(failure), watch.Elapsed, CancellationToken.None).ConfigureAwait(false);
            run.Operation.Verbose(string.Create(CultureInfo.InvariantCulture, $"{At(action)}{action.Id}: failed after {watch.Elapsed.TotalSeconds:0.00} s: {failure.Message}"));
            throw;
        }
        finally
        {
            progress.End(action.Title);
        }
    }

    /// <summary>Writes the intent down, together with what the action will have touched: whoever finds it must expect the effect.</summary>
    private async Task<int> IntendAsync(IUpgradeAction action, CancellationToken cancellationToken)
    {
        var (hop, since) = (run.Hop, run.Downtime.Since);
        var (touched, dataTouched) = (hop?.Touched ?? false, hop?.DataTouched ?? false);
        try
        {
            action.Prepare(run);
            return await run.Recorder.IntentAsync(action, action.Stop is null ? 0 : hop?.FirstEntry ?? 0, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // What could not be written down is not done either.
            if (hop is not null) (hop.Touched, hop.DataTouched) = (touched, dataTouched);
            if (since is null) run.Downtime.Up();
            throw;
        }
    }

    private void Reach(IUpgradeAction action, FaultMoment moment) => run.Services.Faults?.Reach(action.Stop is { } stop ? $"{action.Id}@{stop.To}" : action.Id, moment);

    // Warnings are gone with the console; the journal keeps the log lines of what failed.
    private static string Whole(Exception failure) => failure is UpgradeException { Detail: { } detail } ? failure.Message + Environment.NewLine + detail : failure.Message;

    private static string At(IUpgradeAction action) => action.Stop is { } stop ? $"[{stop.To}] " : "";
}
