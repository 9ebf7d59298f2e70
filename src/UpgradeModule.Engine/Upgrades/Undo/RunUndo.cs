using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Upgrades.Actions;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades.Undo;

/// <summary>
/// Undoes a run: stops what runs, puts data and version from before the run back, starts it. It is written down like the run itself, so that one
/// that is cut short is gone on with, by whoever resumes or undoes the run. Each of its actions may be done again.
/// </summary>
internal sealed class RunUndo(UpgradeServices services, RunSession session, UndoPlan plan, UndoSource source)
{
    /// <summary>Undoes it. From the stop on it isn't cancelled any more.</summary>
    /// <param name="document">The run as the journal has it.</param>
    /// <param name="journal">The journal.</param>
    /// <param name="timeout">How long to wait without a sign of progress.</param>
    /// <param name="cancellationToken">Ends the work before the stop.</param>
    public async Task<UpgradeResult> RunAsync(RunDocument document, IUpgradeJournal journal, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var fetched = source.Fetch ? await FetchAsync(document, cancellationToken).ConfigureAwait(false) : null;
        if (source is { DataNeeded: true, DataIsBack: false, Data: null, Backup: { } backup }) await CheckBackupAsync(backup, cancellationToken).ConfigureAwait(false);
        var begun = document with { Run = document.Run with { Undo = document.Run.Undo ?? NewUndo() } };
        var run = RunResume.Open(services, session.Context, begun, journal, document.Request with { Timeout = timeout ?? document.Request.Timeout });
        run.Recorder.Change(record => record with { Resumed = document.Run.Resumed });
        if (document.Hop is { } hop) run.TakeUpHop(hop);
        session.Run = run;
        var from = await SourceAsync(run).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        await run.Recorder.BeginAsync(CancellationToken.None).ConfigureAwait(false);
        run.Recorder.GoingBack = true;
        IUpgradeAction[] actions = [new UndoStop(), .. Back(from, fetched), new UndoStart()];
        return await session.WithProgressAsync(actions.Length, progress => WalkAsync(run, actions, new ActionRunner(run, progress))).ConfigureAwait(false);
    }

    /// <summary>
    /// What puts version and data back. Going back to what was kept uses it up, so the version goes first: a machine that restarts in between starts the older
    /// version on data that is replaced anyway, and never the newer one on the data from before. A backup can be restored again and may fail for long, so
    /// the data goes first: until it is back, the newer version is there with its own.
    /// </summary>
    private static IEnumerable<IUpgradeAction> Back(UndoSource from, InstallSource? fetched)
    {
        var version = new UndoVersion(from, fetched);
        if (from is not { DataNeeded: true, DataIsBack: false }) return [version];
        return from.Data is not null ? [version, new UndoData(from)] : [new UndoData(from), version];
    }

    /// <summary>Where the data comes from: once more from the backup where the newer version may have changed what was restored, since the machine restarted.</summary>
    private async Task<UndoSource> SourceAsync(RunContext run)
    {
        if (source is not { DataNeeded: true, DataIsBack: true, IsRepeatable: true }) return source;
        if (run.Recorder.Document.Run.Steps.Any(static step => step is { Id: UndoVersion.Name, Status: UpgradeActionStatus.Done })) return source;
        var service = await run.Host.GetServiceAsync(run.Deployment, CancellationToken.None).ConfigureAwait(false);
        if (service.Status == AppServiceStatus.Stopped) return source;
        run.Operation.Verbose($"The data is restored once more: the newer version was started since ({service.Status}).");
        return source with { DataIsBack = false, IsAgain = true };
    }

    private async Task<UpgradeResult> WalkAsync(RunContext run, IUpgradeAction[] actions, ActionRunner runner)
    {
        foreach (var action in actions)
        {
            if (await TryAsync(run, action, runner).ConfigureAwait(false) is { } failure) return await FailAsync(run, action, failure).ConfigureAwait(false);
        }

        var from = run.Recorder.Document.Run.From;
        run.ForgetHop();
        run.StartFrom(from);
        await DeploymentBook.SaveAsync(services.Store, run.Deployment).ConfigureAwait(false);
        var message = Told(run);
        return await run.Recorder.EndAsync(
            record => record with
            {
                Outcome = UpgradeOutcome.RolledBack,
                Reached = from,
                Deployment = run.Deployment.Deployment,
                Downtime = run.Downtime.Elapsed,
                Message = message,
                Undo = record.Undo! with { EndedOn = DateTimeOffset.UtcNow },
            },
            CancellationToken.None).ConfigureAwait(false);
    }

    private async Task<Exception?> TryAsync(RunContext run, IUpgradeAction action, ActionRunner runner)
    {
        var patience = new BackPatience(run, action.Title);
        while (true)
        {
            try
            {
                await runner.DoAsync(action, [], CancellationToken.None).ConfigureAwait(false);
                return null;
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                if (!await patience.WaitAsync(failure).ConfigureAwait(false)) return failure;
            }
        }
    }

    private Task<UpgradeResult> FailAsync(RunContext run, IUpgradeAction action, Exception failure)
    {
        var record = run.Recorder.Document.Run;
        var lines = new List<string>
        {
            $"The undo of the run {record.RunId} of {run.Deployment.Deployment.Name} failed at '{action.Title}': {failure.Message}",
            $"Nothing was thrown away. Kept: {string.Join(", ", record.Kept.Where(item => !item.Dropped))}{(record.Backup is { } backup ? $"; backup {backup.Path}" : "")}.",
            $"Mend what stands in the way; then Undo-UpgradeRun {record.RunId} goes on from there.",
        };
        var message = string.Join(Environment.NewLine, lines);
        return run.EndFailedAsync("UndoFailed", message);
    }

    private UpgradeUndo NewUndo() => new()
    {
        Strategy = plan.Strategy,
        Reason = plan.Reason,
        Source = source.Told,
        Lost = plan.Lost,
        StartedOn = DateTimeOffset.UtcNow,
        By = $"{Environment.UserName}@{Environment.MachineName}",
    };

    private string Told(RunContext run)
    {
        var record = run.Recorder.Document.Run;
        var data = source.DataNeeded ? $"the data from before it is back ({record.Undo?.Source ?? "as it was kept"})" : "its data was not touched";
        var replaced = record.Kept.Where(item => !item.Dropped).ToList();
        var kept = replaced.Count == 0 ? "" : $" What it replaced is kept until Complete-UpgradeRun drops it: {string.Join(", ", replaced)}.";
        return $"The run {record.RunId} was undone: {run.AppName} {record.From} runs again and is healthy; {data}.{kept}";
    }

    private async Task<InstallSource> FetchAsync(RunDocument document, CancellationToken cancellationToken)
    {
        var request = new SourceRequest
        {
            Version = document.Run.From,
            Edition = document.FromEdition,
            Path = await FindAsync(document, cancellationToken).ConfigureAwait(false),
            BaseUrl = document.Request.BaseUrl,
            Registry = document.Request.Registry,
            RegistryCredential = session.Context.RegistryCredential,
        };
        return await services.Hosts(session.Context.Deployment.HostKind).FetchAsync(session.Context, request, cancellationToken).ConfigureAwait(false);
    }

    // The folder that the run's versions came from often has the one before them, too.
    private async Task<string?> FindAsync(RunDocument document, CancellationToken cancellationToken)
    {
        if (document.Request.ArtifactPath is not { } given || !Directory.Exists(given)) return null;
        var before = new UpgradeStop { To = document.Run.From, Edition = document.FromEdition };
        try
        {
            return await new ArtifactSource(services.Artifacts).FindAsync(session.Context.Spec, document.Path, before, given, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure) when (failure.ErrorId == "ArtifactNotFound")
        {
            return null;
        }
    }

    // Before anything is stopped: a backup that can't be restored must be known now.
    private async Task CheckBackupAsync(AppBackup backup, CancellationToken cancellationToken)
    {
        var result = await services.Backups.TestAsync(backup, null, checksumOnly: true, session.Operation, cancellationToken).ConfigureAwait(false);
        if (result.Valid) return;
        throw new UpgradeException("BackupCorrupt", UpgradeErrorCategory.InvalidData, backup.Path, $"The backup '{backup.Path}' from before the run is damaged, so the run can't be undone by it; nothing was touched. {string.Join(" ", result.Problems)}", "Restore another backup with Restore-AppDatabase.");
    }
}
