namespace UpgradeModule.Engine.Upgrades;

/// <summary>Starts the version that a run had reached, where what ended the run ended the application too and nothing has started it since: a power cut.</summary>
internal static class StartedAgain
{
    /// <summary>Starts it and waits until it is healthy. Nothing is done where it runs, or where the run did not die.</summary>
    /// <param name="run">The run, between two stops.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException">It doesn't start or doesn't become healthy.</exception>
    public static async Task SeeToAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (!run.WasCut) return;
        var service = await run.Host.GetServiceAsync(run.Deployment, cancellationToken).ConfigureAwait(false);
        if (service.Status is not (AppServiceStatus.Stopped or AppServiceStatus.Crashed)) return;
        run.Operation.Warning($"{run.AppName} {run.Reached} does not run any more: it is started before the {run.Deed} goes on.");
        var started = DateTimeOffset.UtcNow;
        await run.Host.StartAsync(run.Deployment, cancellationToken).ConfigureAwait(false);
        var request = new Deployments.WaitRequest { Expected = run.Reached, Timeout = run.Request.Timeout, LogSince = started };
        await run.Services.Waiter.WaitAsync(run.Deployment, request, cancellationToken).ConfigureAwait(false);
    }
}
