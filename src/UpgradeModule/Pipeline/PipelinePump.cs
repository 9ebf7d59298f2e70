using System.Collections.Concurrent;
using System.Management.Automation;
using System.Runtime.ExceptionServices;

namespace UpgradeModule.Pipeline;

/// <summary>
/// Runs asynchronous work on the thread pool while the pipeline thread does, in order, what the work wants done there. The only place in the
/// module where a thread waits.
/// </summary>
/// <param name="grace">How long the work may take to end once it was cancelled; <see cref="Timeout.InfiniteTimeSpan"/> waits until it has.</param>
internal sealed class PipelinePump(TimeSpan grace)
{
    // So many results may wait for the pipeline before the work has to: a slow consumer slows the producer.
    private const int Slots = 16;

    private readonly BlockingCollection<Action> _messages = new();
    private readonly SemaphoreSlim _slots = new(Slots);
    private volatile bool _closed;

    /// <summary>Has something done on the pipeline thread, without waiting for it. Once the pump is closed it isn't done.</summary>
    /// <param name="action">What is to be done.</param>
    public void Post(Action action)
    {
        if (_closed) return;
        try
        {
            _messages.Add(action);
        }
        catch (InvalidOperationException)
        {
            // The work has ended between the question and the answer: nobody is left to do it.
        }
    }

    /// <summary>Has something done on the pipeline thread, and waits while too much is waiting already.</summary>
    /// <param name="action">What is to be done.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task SendAsync(Action action, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        Post(() =>
        {
            _slots.Release();
            action();
        });
    }

    /// <summary>Asks the pipeline thread something and waits for its answer.</summary>
    /// <typeparam name="T">The answer's type.</typeparam>
    /// <param name="question">What is asked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<T> AskAsync<T>(Func<T> question, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                answer.TrySetResult(question());
            }
            catch (PipelineStoppedException)
            {
                answer.TrySetCanceled(CancellationToken.None);
                throw;
            }
            catch (Exception exception)
            {
                answer.TrySetException(exception);
            }
        });
        return await answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs work to its end. Called on the pipeline thread.</summary>
    /// <param name="work">The work.</param>
    /// <param name="stop">Cancelled when the pipeline stops; the pump cancels it when a message throws.</param>
    public void Run(Func<Task> work, CancellationTokenSource stop)
    {
        var worker = Task.Run(
            async () =>
            {
                try
                {
                    await work().ConfigureAwait(false);
                }
                finally
                {
                    _messages.CompleteAdding();
                }
            },
            CancellationToken.None);

        // A wait without end must notice that the grace has begun.
        using var wake = stop.Token.Register(() => Post(static () => { }));
        var thrown = Pump(stop);
        _closed = true;
        if (_messages.IsCompleted)
        {
            // The work has ended: only the task's own last instructions are outstanding, however slow the machine is.
            ((IAsyncResult)worker).AsyncWaitHandle.WaitOne();
        }
        else
        {
            // It is left behind: what it throws yet is nobody's any more.
            _ = worker.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw thrown?.SourceException ?? new PipelineStoppedException();
        }

        thrown?.Throw();
        if (worker.Exception is { } failure) ExceptionDispatchInfo.Throw(failure.InnerException ?? failure);
        if (worker.IsCanceled) throw new OperationCanceledException(stop.Token);
    }

    private ExceptionDispatchInfo? Pump(CancellationTokenSource stop)
    {
        ExceptionDispatchInfo? thrown = null;
        long? deadline = null;
        while (true)
        {
            if (deadline is null && stop.IsCancellationRequested && grace != Timeout.InfiniteTimeSpan) deadline = Environment.TickCount64 + (long)grace.TotalMilliseconds;
            var wait = deadline is null ? Timeout.Infinite : (int)Math.Max(0, deadline.Value - Environment.TickCount64);
            if (!_messages.TryTake(out var message, wait)) return thrown;
            try
            {
                message();
            }
            catch (Exception exception)
            {
                // What WriteObject throws (a consumer that wants no more, a stopped pipeline) is thrown on as it is, once the work has ended.
                thrown ??= ExceptionDispatchInfo.Capture(exception);
                _ = stop.CancelAsync();
            }
        }
    }
}
