using System.ComponentModel;
using System.Management.Automation;
using UpgradeModule.Errors;
using UpgradeModule.Loading;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>The base of all cmdlets: runs asynchronous work, keeps to the pipeline thread, can be stopped, and makes errors.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class UpgradeCmdlet : PSCmdlet, IDisposable, IPipelineVoice
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>How long work may take to end once the pipeline stops. Work that has to go back first takes all the time it needs.</summary>
    private protected virtual TimeSpan StopGrace => TimeSpan.FromSeconds(1.5);

    /// <summary>Whether <c>-WhatIf</c> or <c>$WhatIfPreference</c> holds.</summary>
    private protected bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out var given)
        ? LanguagePrimitives.IsTrue(given)
        : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    /// <summary>Ends the work: the pipeline is over, in whatever way.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Has the views of what will be written loaded.</summary>
    protected override void BeginProcessing() => RecordViews.EnsureLoaded(MyInvocation.MyCommand.Module, WriteVerbose);

    /// <summary>Cancels the work when the user presses Ctrl+C or the pipeline is stopped.</summary>
    protected override void StopProcessing() => _ = _stop.CancelAsync();

    /// <summary>Gives back what the cmdlet holds.</summary>
    /// <param name="disposing">Whether it is disposed of, rather than finalised.</param>
    protected virtual void Dispose(bool disposing)
    {
        // Select-Object -First calls this and nothing else. The source isn't disposed of: work that was left behind may still look at its token.
        if (disposing) _ = _stop.CancelAsync();
    }

    /// <summary>Processes one input; a failure becomes an error record, and the next input goes on.</summary>
    protected sealed override void ProcessRecord() => Guard(null, ProcessInput);

    /// <summary>Does something instant on the pipeline thread; a failure that a person can act on becomes an error record.</summary>
    /// <param name="target">What is worked on, for the error.</param>
    /// <param name="action">What is done.</param>
    private protected void Guard(object? target, Action action)
    {
        try
        {
            action();
        }
        catch (UpgradeException exception)
        {
            WriteError(ErrorFactory.Create(exception, target));
        }
    }

    /// <summary>Processes one input, on the pipeline thread. What it throws as <see cref="UpgradeException"/> is written as an error.</summary>
    private protected abstract void ProcessInput();

    /// <summary>Runs work; a failure becomes an error record, and the next input goes on.</summary>
    /// <param name="target">What is worked on, for the error.</param>
    /// <param name="work">The work, done off the pipeline thread.</param>
    /// <returns>Whether it succeeded.</returns>
    private protected bool TryRun(object? target, Func<PipelineOperation, Task> work)
    {
        var pump = new PipelinePump(StopGrace);
        var operation = new PipelineOperation(pump, this, _stop.Token);
        try
        {
            pump.Run(() => work(operation), _stop);
            return true;
        }
        catch (Exception exception) when (exception is PipelineStoppedException or FlowControlException)
        {
            throw;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception exception)
        {
            WriteError(ErrorFactory.Create(exception, target));
            return false;
        }
        finally
        {
            operation.EndProgress();
        }
    }

    /// <summary>Runs work that gives a result.</summary>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <param name="target">What is worked on, for the error.</param>
    /// <param name="work">The work, done off the pipeline thread.</param>
    /// <param name="result">The result, where it succeeded.</param>
    /// <returns>Whether it succeeded.</returns>
    private protected bool TryRun<T>(object? target, Func<PipelineOperation, Task<T>> work, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? result)
        where T : class
    {
        T? got = null;
        var succeeded = TryRun(target, async operation => got = await work(operation).ConfigureAwait(false)) && got is not null;
        result = got;
        return succeeded;
    }

    /// <summary>Waits for work that gives back what was held, and tells nobody of it.</summary>
    /// <param name="work">The work.</param>
    private protected static void Finish(Func<Task> work)
    {
        try
        {
            using var none = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            new PipelinePump(TimeSpan.Zero).Run(work, none);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Nobody is left to be told; nothing that counts is done here.
        }
    }

    /// <summary>Asks before something that can't be undone. <c>-Force</c> answers for the prompt, never for <c>-WhatIf</c> or an explicit <c>-Confirm</c>.</summary>
    /// <param name="target">What it is done to.</param>
    /// <param name="action">What is done.</param>
    /// <param name="force">Whether <c>-Force</c> was given.</param>
    private protected bool Confirmed(string target, string action, bool force) =>
        (force && !IsWhatIf && !MyInvocation.BoundParameters.ContainsKey("Confirm")) || ShouldProcess(target, action);

    /// <summary>Whether a parameter was given.</summary>
    /// <param name="name">Its name.</param>
    private protected bool IsBound(string name) => MyInvocation.BoundParameters.ContainsKey(name);

    /// <summary>Makes a full path of one that may be relative to the session's location, wildcards taken as they are written.</summary>
    /// <param name="path">The path.</param>
    /// <exception cref="UpgradeException"><c>PathNotSupported</c>.</exception>
    private protected string FullPath(string path) => SessionPaths.Full(SessionState.Path, path);

    /// <inheritdoc/>
    void IPipelineVoice.Output(object record) => WriteObject(record);

    /// <inheritdoc/>
    void IPipelineVoice.Error(Exception exception, object? target) => WriteError(ErrorFactory.Create(exception, target));

    /// <inheritdoc/>
    void IPipelineVoice.Verbose(string message)
    {
        if (!Stopping) WriteVerbose(message);
    }

    /// <inheritdoc/>
    void IPipelineVoice.Warning(string message) => Warn(message);

    /// <inheritdoc/>
    void IPipelineVoice.Progress(OperationProgress progress)
    {
        if (Stopping) return;
        WriteProgress(new ProgressRecord(ProgressIds.Of(progress.Activity), progress.Activity, progress.Status.Length == 0 ? " " : progress.Status)
        {
            ParentActivityId = progress.Parent is null ? -1 : ProgressIds.Of(progress.Parent),
            PercentComplete = progress.Percent is { } percent ? (int)Math.Clamp(percent, 0, 100) : -1,
            SecondsRemaining = progress.Remaining is { } remaining ? (int)Math.Min(remaining.TotalSeconds, int.MaxValue) : -1,
            RecordType = progress.Completed ? ProgressRecordType.Completed : ProgressRecordType.Processing,
        });
    }

    /// <inheritdoc/>
    string IPipelineVoice.Secret(string name, string? vault) => SecretVault.Read(InvokeCommand, name, vault);

    /// <summary>Warns. A pipeline that stops takes no more records; the host still shows the line, so that nobody is left without word.</summary>
    /// <param name="message">The warning.</param>
    private protected void Warn(string message)
    {
        if (!Stopping)
        {
            try
            {
                WriteWarning(message);
                return;
            }
            catch (PipelineStoppedException) when (_stop.IsCancellationRequested || Stopping)
            {
                // It began to stop at this very moment.
            }
        }

        Host.UI.WriteWarningLine(message);
    }
}
