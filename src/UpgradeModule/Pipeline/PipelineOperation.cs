using System.Collections.Concurrent;

namespace UpgradeModule.Pipeline;

/// <summary>What an operation of the engine tells and asks, done on the pipeline thread.</summary>
internal sealed class PipelineOperation : IOperationContext
{
    private readonly PipelinePump _pump;
    private readonly IPipelineVoice _voice;
    private readonly ConcurrentDictionary<string, ProgressThrottle> _activities = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _warned = new(StringComparer.Ordinal);

    public PipelineOperation(PipelinePump pump, IPipelineVoice voice, CancellationToken token)
    {
        _pump = pump;
        _voice = voice;
        Token = token;
    }

    /// <summary>Cancelled when the pipeline stops.</summary>
    public CancellationToken Token { get; }

    /// <summary>Writes a record to the pipeline, and waits while the pipeline is behind.</summary>
    /// <param name="record">The record.</param>
    public Task WriteAsync(object record) => _pump.SendAsync(() => _voice.Output(record), Token);

    /// <summary>Writes an error for one of several inputs, so that the others go on.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="target">What failed, where the failure itself doesn't tell.</param>
    public Task WriteErrorAsync(Exception exception, object? target) => _pump.SendAsync(() => _voice.Error(exception, target), Token);

    /// <inheritdoc/>
    public void Verbose(string message) => _pump.Post(() => _voice.Verbose(message));

    /// <inheritdoc/>
    public void Warning(string message)
    {
        // What is as it was needs no second warning: an application that is started three times in an upgrade logs the same three times.
        if (_warned.TryAdd(message, default)) _pump.Post(() => _voice.Warning(message));
    }

    /// <inheritdoc/>
    public void Progress(OperationProgress progress)
    {
        var throttle = _activities.GetOrAdd(progress.Activity, static _ => new ProgressThrottle());
        if (throttle.Passes(progress)) _pump.Post(() => _voice.Progress(progress));
        else if (throttle.Wait() is { } wait) _ = CatchUpAsync(throttle, wait);
    }

    /// <summary>Ends the bars that are still open. Called on the pipeline thread, when the work has ended in whatever way.</summary>
    public void EndProgress()
    {
        foreach (var (activity, throttle) in _activities)
        {
            if (throttle.End()) _voice.Progress(new OperationProgress { Activity = activity, Completed = true });
        }
    }

    /// <inheritdoc/>
    public Task<string> GetSecretAsync(string name, string? vault, CancellationToken cancellationToken) =>
        _pump.AskAsync(() => _voice.Secret(name, vault), cancellationToken);

    private async Task CatchUpAsync(ProgressThrottle throttle, TimeSpan wait)
    {
        await Task.Delay(wait, CancellationToken.None).ConfigureAwait(false);
        throttle.CatchUp(progress => _pump.Post(() => _voice.Progress(progress)));
    }
}
