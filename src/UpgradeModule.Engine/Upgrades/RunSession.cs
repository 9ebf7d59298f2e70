using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>What surrounds the work on a run: the deployment's locks, the run's activity, and the answer to a caller who cancels.</summary>
internal sealed class RunSession
{
    private RunSession(DeploymentContext context, RunOperation operation)
    {
        Context = context with { Operation = operation };
        Operation = operation;
    }

    /// <summary>The deployment.</summary>
    public DeploymentContext Context { get; }

    /// <summary>Who is told.</summary>
    public RunOperation Operation { get; }

    /// <summary>The run, once it is known; the caller is told of it at a cancellation.</summary>
    public RunContext? Run { get; set; }

    /// <summary>Why the database could not be locked, other than by another run.</summary>
    public Exception? LockFailure { get; private set; }

    /// <summary>Works on a run.</summary>
    /// <param name="services">The other rooms.</param>
    /// <param name="context">The deployment.</param>
    /// <param name="activity">The name of the work.</param>
    /// <param name="purpose">What the locks are taken for.</param>
    /// <param name="work">The work.</param>
    /// <param name="cancelled">The result where the caller cancels before a run is known; <see langword="null"/> where there is none.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="patience">How long it waits for a database server or container engine that isn't there; not at all where <see langword="null"/>.</param>
    public static async Task<UpgradeResult> WithAsync(
        UpgradeServices services,
        DeploymentContext context,
        string activity,
        string purpose,
        Func<RunSession, Task<UpgradeResult>> work,
        Func<UpgradeResult>? cancelled,
        CancellationToken cancellationToken,
        TimeSpan? patience = null)
    {
        var session = new RunSession(context, new RunOperation(context.Operation, activity));

        // The caller is answered at once, whatever the action under way is doing.
        using var acknowledgement = cancellationToken.Register(() => session.Operation.Warning(RunMessages.Stopping(session.Run)));
        try
        {
            var locks = await RunLocks.TakeAsync(services, session.Context, purpose, patience ?? TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
            await using (locks.ConfigureAwait(false))
            {
                session.LockFailure = locks.DatabaseFailure;
                return await work(session).ConfigureAwait(false);
            }
        }
        catch (IOException failure) when (DiskSpace.IsFull(failure))
        {
            throw KnownFailure.Of(failure);
        }
        catch (OperationCanceledException) when (cancelled is not null && session.Run is null && cancellationToken.IsCancellationRequested)
        {
            return cancelled();
        }
    }

    /// <summary>Works with the run's progress, which ends with the work.</summary>
    /// <param name="total">How many actions there are.</param>
    /// <param name="work">The work.</param>
    public async Task<UpgradeResult> WithProgressAsync(int total, Func<RunProgress, Task<UpgradeResult>> work)
    {
        var progress = new RunProgress(Operation, Operation.Activity, total);
        try
        {
            return await work(progress).ConfigureAwait(false);
        }
        finally
        {
            progress.Complete();
        }
    }
}
