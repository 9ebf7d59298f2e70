using System.Diagnostics;
using System.Management.Automation;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Tests.Pipeline;

public sealed class PipelinePumpTests : IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    public void Dispose() => _stop.Dispose();

    [Fact]
    public void Messages_are_done_in_order_on_the_thread_that_pumps()
    {
        var here = Environment.CurrentManagedThreadId;
        var done = new List<(int Number, int Thread)>();
        var pump = new PipelinePump(TimeSpan.FromSeconds(1));

        pump.Run(
            async () =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    var number = i;
                    if (i % 2 == 0) pump.Post(() => done.Add((number, Environment.CurrentManagedThreadId)));
                    else await pump.SendAsync(() => done.Add((number, Environment.CurrentManagedThreadId)), _stop.Token);
                }
            },
            _stop);

        Assert.Equal(Enumerable.Range(0, 1000), done.Select(one => one.Number));
        Assert.All(done, one => Assert.Equal(here, one.Thread));
    }

    [Fact]
    public void A_slow_pipeline_slows_the_work()
    {
        var sent = 0;
        var ahead = 0;
        var received = 0;
        var pump = new PipelinePump(TimeSpan.FromSeconds(1));

        pump.Run(
            async () =>
            {
                for (var i = 0; i < 200; i++)
                {
                    await pump.SendAsync(
                        () =>
                        {
                            received++;
                            ahead = Math.Max(ahead, Volatile.Read(ref sent) - received);
                            if (received % 50 == 0) Thread.Sleep(20);
                        },
                        _stop.Token);
                    Interlocked.Increment(ref sent);
                }
            },
            _stop);

        Assert.Equal(200, received);
        Assert.InRange(ahead, 1, 17);
    }

    [Fact]
    public void A_question_is_answered_on_the_pipeline_thread()
    {
        var here = Environment.CurrentManagedThreadId;
        var answer = 0;
        var pump = new PipelinePump(TimeSpan.FromSeconds(1));

        pump.Run(async () => answer = await pump.AskAsync(() => Environment.CurrentManagedThreadId, _stop.Token), _stop);

        Assert.Equal(here, answer);
    }

    [Fact]
    public void A_question_that_fails_fails_for_the_one_who_asked()
    {
        var pump = new PipelinePump(TimeSpan.FromSeconds(1));

        var thrown = Assert.Throws<UpgradeException>(() => pump.Run(
            async () => await pump.AskAsync<int>(() => throw new UpgradeException("SecretNotFound", UpgradeErrorCategory.ObjectNotFound, "x", "There is none."), _stop.Token),
            _stop));

        Assert.Equal("SecretNotFound", thrown.ErrorId);
    }

    [Fact]
    public void What_the_work_throws_is_thrown_as_it_is()
    {
        var failure = new InvalidOperationException("as it is");

        var thrown = Assert.Throws<InvalidOperationException>(() => new PipelinePump(TimeSpan.FromSeconds(1)).Run(() => throw failure, _stop));

        Assert.Same(failure, thrown);
    }

    [Fact]
    public void What_the_pipeline_throws_cancels_the_work_and_is_thrown_as_it_is()
    {
        var failure = new InvalidTimeZoneException("no more, thank you");
        var cancelled = false;
        var pump = new PipelinePump(TimeSpan.FromSeconds(5));

        var thrown = Assert.Throws<InvalidTimeZoneException>(() => pump.Run(
            async () =>
            {
                try
                {
                    while (true) await pump.SendAsync(() => throw failure, _stop.Token);
                }
                catch (OperationCanceledException)
                {
                    cancelled = true;
                }
            },
            _stop));

        Assert.Same(failure, thrown);
        Assert.True(cancelled);
    }

    [Fact]
    public void A_stop_ends_work_that_honours_its_token_at_once()
    {
        var pump = new PipelinePump(TimeSpan.FromSeconds(10));
        var clock = Stopwatch.StartNew();

        Assert.ThrowsAny<OperationCanceledException>(() => pump.Run(
            async () =>
            {
                _ = Task.Run(_stop.Cancel);
                await Task.Delay(Timeout.Infinite, _stop.Token);
            },
            _stop));

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Work_that_hears_nothing_is_left_behind_after_the_grace()
    {
        using var release = new SemaphoreSlim(0);
        var late = false;
        var pump = new PipelinePump(TimeSpan.FromMilliseconds(200));
        var clock = Stopwatch.StartNew();

        Assert.Throws<PipelineStoppedException>(() => pump.Run(
            async () =>
            {
                await _stop.CancelAsync();
                await release.WaitAsync();
                pump.Post(() => late = true);
            },
            _stop));

        Assert.InRange(clock.Elapsed, TimeSpan.FromMilliseconds(150), TimeSpan.FromSeconds(10));
        release.Release();
        Thread.Sleep(100);
        Assert.False(late);
    }

    [Fact]
    public void Work_that_has_to_go_back_first_is_waited_for_and_still_heard()
    {
        var heard = new List<string>();
        var pump = new PipelinePump(Timeout.InfiniteTimeSpan);

        pump.Run(
            async () =>
            {
                await _stop.CancelAsync();
                await Task.Delay(300);
                pump.Post(() => heard.Add("gone back"));
            },
            _stop);

        Assert.Equal(["gone back"], heard);
    }

    [Fact]
    public void Questions_that_wait_are_cancelled_by_a_stop()
    {
        var pump = new PipelinePump(TimeSpan.FromSeconds(10));

        Assert.ThrowsAny<OperationCanceledException>(() => pump.Run(
            async () =>
            {
                pump.Post(_stop.Cancel);
                pump.Post(() => Thread.Sleep(200));
                await pump.AskAsync(() => 1, _stop.Token);
            },
            _stop));
    }
}
