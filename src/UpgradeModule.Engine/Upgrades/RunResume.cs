using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>Takes up a run that was cut short, paused, or stuck in its way back.</summary>
internal sealed class RunResume(UpgradeServices services, RunJournals journals)
{
    /// <summary>Opens the run for its second half. Nothing is written down yet.</summary>
    /// <param name="context">The deployment; its lock is held.</param>
    /// <param name="request">Which run, and what is said anew.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>RunNotFound</c>, <c>RunEnded</c>, <c>RunSuperseded</c>, <c>RunTooOld</c>.</exception>
    public async Task<RunContext> OpenAsync(DeploymentContext context, ResumeRequest request, CancellationToken cancellationToken)
    {
        var (document, journal, newer) = await journals.FindAsync(context, request.RunId, cancellationToken).ConfigureAwait(false);
        Check(document, newer);
        var given = document.Request with
        {
            Timeout = request.Timeout ?? document.Request.Timeout,
            ConfirmedSteps = [.. document.Request.ConfirmedSteps.Union(request.ConfirmedSteps, StringComparer.OrdinalIgnoreCase)],
            Force = document.Request.Force || request.Force,
        };
        return Open(services, context, document, journal, given);
    }

    /// <summary>Opens a run that another process began.</summary>
    /// <param name="services">The other rooms.</param>
    /// <param name="context">The deployment.</param>
    /// <param name="document">The run as the journal has it.</param>
    /// <param name="journal">The journal.</param>
    /// <param name="request">What is asked for.</param>
    public static RunContext Open(UpgradeServices services, DeploymentContext context, RunDocument document, IUpgradeJournal journal, UpgradeRequest request)
    {
        var wasPaused = document.Run.Outcome == UpgradeOutcome.Paused;
        var taken = document with
        {
            Holder = RunHolder.Current(),
            Run = document.Run with { Outcome = null, EndedOn = null, PausedAt = null, Error = null, ErrorId = null, Message = null, Resumed = document.Run.Resumed + 1, Duration = Took(document) },
        };
        var recorder = new RunRecorder(taken, journal, context.Operation);
        var run = new RunContext { Services = services, Request = request with { Path = document.Path }, Path = document.Path, Recorder = recorder, Deployment = context, WasCut = document.Run.Outcome is null };
        var done = document.CompletedStops;
        var reached = done > 0 ? document.Path.Stops[done - 1] : null;
        run.MoveTo(reached?.To ?? document.Path.From, reached?.Edition ?? "");
        run.Downtime.GoOn(document.Run.Downtime, document.SavedOn, wasPaused ? null : document.DownSince);
        run.StartFrom(reached?.To ?? document.Path.From, done);
        return run;
    }

    // One that was cut short took until now; one that ended, until its end.
    private static TimeSpan Took(RunDocument document)
    {
        if (document.Run.Outcome is not null) return document.Run.Duration;
        var took = DateTimeOffset.UtcNow - document.Run.StartedOn;
        return took > TimeSpan.Zero ? took : TimeSpan.Zero;
    }

    private static void Check(RunDocument document, IReadOnlyList<RunDocument> newer)
    {
        var run = document.Run;
        if (newer.FirstOrDefault(other => Changed(other)) is { } later)
        {
            throw new UpgradeException(
                "RunSuperseded", UpgradeErrorCategory.InvalidOperation, run.RunId,
                $"The run {run.RunId} of {run.Deployment.Name} can't be taken up again: the run {later.Run.RunId} began after it and changed the application.",
                "Get-UpgradeRun tells which run is the newest.");
        }

        if (document.FormatVersion < 2 && run.Outcome is null or UpgradeOutcome.Failed)
        {
            throw new UpgradeException(
                "RunTooOld", UpgradeErrorCategory.InvalidOperation, run.RunId,
                $"An older version of the module wrote the run {run.RunId} of {run.Deployment.Name}, and not everything down that going on needs.",
                "Bring the application to a sound state by hand: what the run kept is listed by Get-UpgradeRun.");
        }

        if (run.Outcome is UpgradeOutcome.Succeeded or UpgradeOutcome.RolledBack)
        {
            var how = run.Undo is not null ? "was undone" : run.Outcome == UpgradeOutcome.Succeeded ? "succeeded" : "was taken back";
            throw new UpgradeException(
                "RunEnded", UpgradeErrorCategory.InvalidOperation, run.RunId,
                $"The run {run.RunId} of {run.Deployment.Name} has ended: it {how}. There is nothing to go on with.",
                run.Outcome == UpgradeOutcome.Succeeded ? "Undo-UpgradeRun takes it back." : "Invoke-AppUpgrade begins a new one.");
        }
    }

    /// <summary>Whether a run left the application at another version than it began with, or between two.</summary>
    /// <param name="document">The run.</param>
    public static bool Changed(RunDocument document) => (document.CompletedStops > 0 && document.Run.Undo is not { EndedOn: not null }) || RunState.IsHalfWay(document);
}
