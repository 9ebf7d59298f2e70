using UpgradeModule.Engine.Deployments.Files;
using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>Stops the service: asks, waits, and kills what is left after the grace.</summary>
internal sealed class ProcessStopper(IProcessSystem system)
{
    private static readonly TimeSpan AfterKill = TimeSpan.FromSeconds(5);

    /// <summary>Stops it and what it started, and returns once all of it is gone.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="folder">Where it is tracked.</param>
    /// <param name="process">The process.</param>
    /// <param name="grace">How long it may take to end by itself.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ServiceStopFailed</c>.</exception>
    public async Task StopAsync(DeploymentContext context, DeploymentFolder folder, TrackedProcess process, TimeSpan grace, CancellationToken cancellationToken)
    {
        await NoteAsync(context, folder, process, cancellationToken).ConfigureAwait(false);
        await system.AskToStopAsync(process, cancellationToken).ConfigureAwait(false);
        if (await IsGoneAsync(process, grace, cancellationToken).ConfigureAwait(false)) return;

        context.Operation.Warning(string.Create(CultureInfo.InvariantCulture, $"'{context.Deployment.Name}' did not stop within {grace.TotalSeconds:0.#} seconds and is killed."));
        system.Kill(process);
        if (await IsGoneAsync(process, AfterKill, cancellationToken).ConfigureAwait(false)) return;
        throw new UpgradeException(
            "ServiceStopFailed",
            UpgradeErrorCategory.InvalidOperation,
            context.Deployment.Name,
            string.Create(CultureInfo.InvariantCulture, $"'{context.Deployment.Name}' still runs (process {process.ProcessId}), although it was killed."),
            "It may wait for a disk or a network share: look at it with the system's own means.");
    }

    // A service that hangs because its disk is full must be stopped all the more: the note only tells its end from a crash.
    private static async Task NoteAsync(DeploymentContext context, DeploymentFolder folder, TrackedProcess process, CancellationToken cancellationToken)
    {
        try
        {
            await ProcessTracker.MarkStoppingAsync(folder, process, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            context.Operation.Verbose($"That '{context.Deployment.Name}' is asked to stop can't be noted in '{folder.StopFile}': {failure.Message}");
        }
    }

    private async Task<bool> IsGoneAsync(TrackedProcess process, TimeSpan patience, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (system.Remaining(process) is not null)
        {
            if (waited.Elapsed > patience) return false;
            await Task.Delay(waited.ElapsedMilliseconds < 2000 ? 10 : 100, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }
}
