using System.Management.Automation;
using System.Management.Automation.Host;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>What the cmdlets that walk runs to their end have in common.</summary>
public abstract partial class StoreCmdlet
{
    private volatile bool _running;

    /// <summary>Tells at once that Ctrl+C was heard, where a run has to come to a good state first.</summary>
    protected override void StopProcessing()
    {
        if (_running) Acknowledge();
        base.StopProcessing();
    }

    /// <summary>Walks a run to its end and tells it, to the webhook and to the script block. A webhook that can't be used is told while nothing is touched.</summary>
    /// <param name="target">What is worked on, for the error.</param>
    /// <param name="notices">Whom the end is told to.</param>
    /// <param name="work">The work, done off the pipeline thread.</param>
    /// <param name="result">How the run ended, where it did.</param>
    /// <returns>Whether it ended, in whatever way.</returns>
    private protected bool TryRunToEnd(string target, IEndNotices notices, Func<PipelineOperation, Task<UpgradeResult>> work, out UpgradeResult? result)
    {
        var webhook = EndNotice.Target(notices.WebhookUri, notices.WebhookHeader, notices.AllowUnencryptedWebhook);
        bool ended;
        try
        {
            ended = TryRun(
                target,
                async operation =>
                {
                    _running = true;
                    var came = await work(operation).ConfigureAwait(false);

                    // A pipeline that stops takes no record any more: what came of it is said as a warning, and Get-UpgradeRun has the whole.
                    // A pause was said already, by the run itself.
                    if (operation.Token.IsCancellationRequested && came.Outcome != UpgradeOutcome.Paused) operation.Warning(ResultText.Of(came));
                    await EndNotice.PostAsync(came, webhook, operation).ConfigureAwait(false);
                    return came;
                },
                out result);
        }
        finally
        {
            _running = false;
        }

        if (ended) EndNotice.Run(notices.OnEnd, result!, Warn);
        return ended;
    }

    private void Acknowledge()
    {
        try
        {
            Host.UI.WriteWarningLine("Stopping: bringing the application to a good state first. This may take a while; please don't close the window.");
        }
        catch (Exception exception) when (exception is PSNotImplementedException or HostException or InvalidOperationException)
        {
            // A host without a screen has nobody to tell.
        }
    }
}
