using FsCheck;
using FsCheck.Fluent;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Operations;

public sealed class WorkProgressTests
{
    private readonly RecordingOperation _seen = new();
    private readonly Clock _clock = new();

    private OperationProgress Last => _seen.ProgressSeen[^1];

    [Fact]
    public void Percentage_parts_rate_and_time_left_are_told()
    {
        var progress = new WorkProgress(_seen, "Dumping", "app", _clock);
        progress.Begin(new WorkStage { Size = 100 << 20, Parts = 2 });
        progress.Begin("big", 80 << 20);
        progress.Begin("small", 20 << 20);
        progress.Moved("small", 20 << 20);
        progress.Finish("small");
        _clock.Pass(TimeSpan.FromSeconds(10));

        progress.Moved("big", 5 << 20);

        Assert.Equal("app: 25%, 1 of 2 tables, 25 MiB, 2.5 MiB/s, big", Last.Status);
        Assert.Equal(25, Last.Percent);
        Assert.Equal(30, Last.Remaining!.Value.TotalSeconds, 3);
    }

    [Fact]
    public void Tables_that_are_done_correct_the_estimate_of_the_others()
    {
        var progress = new WorkProgress(_seen, "Dumping", "app", _clock);
        progress.Begin(new WorkStage { Size = 200, Parts = 2, Exact = false });
        progress.Begin("first", 100);
        progress.Moved("first", 50);
        progress.Finish("first");
        progress.Begin("second", 100);
        _clock.Pass(TimeSpan.FromSeconds(1));

        // Its rows are half of what it takes on the server, as were those of the first.
        progress.Moved("second", 25);

        Assert.Equal(75, Last.Percent);
    }

    [Fact]
    public void More_than_was_expected_is_never_more_than_all()
    {
        var progress = new WorkProgress(_seen, "Dumping", "app", _clock);
        progress.Begin(new WorkStage { Size = 100, Parts = 1, Exact = false });
        progress.Begin("table", 100);
        for (var i = 0; i < 50; i++)
        {
            _clock.Pass(TimeSpan.FromSeconds(1));
            progress.Moved("table", 10);
        }

        Assert.InRange(Last.Percent!.Value, 95, 99);
        Assert.Equal(_seen.ProgressSeen.Select(state => state.Percent!.Value).Order(), _seen.ProgressSeen.Select(state => state.Percent!.Value));
    }

    [Fact]
    public void Work_of_another_room_counts_for_its_share_and_hangs_beneath()
    {
        var progress = new WorkProgress(_seen, "Testing", time: _clock);
        progress.Tell("restoring a copy");
        var inner = progress.Within(20, 80);
        _clock.Pass(TimeSpan.FromSeconds(1));

        inner.Progress(new OperationProgress { Activity = "Restoring", Percent = 50 });

        Assert.Equal(("Testing", "restoring a copy", 50d), (_seen.ProgressSeen[1].Activity, _seen.ProgressSeen[1].Status, _seen.ProgressSeen[1].Percent));
        Assert.Equal(("Restoring", "Testing", 50d), (Last.Activity, Last.Parent, Last.Percent));
    }

    [Fact]
    public void A_flood_is_told_a_few_times_a_second()
    {
        var progress = new WorkProgress(_seen, "Checking", time: _clock);
        progress.Begin(new WorkStage { Size = 100_000 });
        progress.Begin("", 100_000);
        for (var i = 0; i < 10_000; i++)
        {
            _clock.Pass(TimeSpan.FromMilliseconds(1));
            progress.Moved("", 10);
        }

        Assert.InRange(_seen.ProgressSeen.Count, 40, 52);
    }

    [Fact]
    public void A_part_that_may_take_long_is_named_at_once_and_small_ones_are_not()
    {
        var progress = new WorkProgress(_seen, "Making", time: _clock);
        progress.Begin(new WorkStage { Size = 100_000, Bytes = false });
        progress.Begin("big", 90_000);
        Assert.EndsWith("big", Last.Status, StringComparison.Ordinal);
        progress.Finish("big");
        for (var i = 0; i < 1000; i++)
        {
            progress.Begin($"small {i}", 10);
            progress.Finish($"small {i}");
        }

        Assert.Equal(2, _seen.ProgressSeen.Count);
    }

    [Fact]
    public void Whatever_comes_the_percentage_stays_between_none_and_all_and_never_goes_back()
    {
        var steps = Gen.Choose(0, 5).SelectMany(kind => Gen.Choose(0, 3).SelectMany(part => Gen.Choose(0, 1000).Select(size => (kind, part, size))));
        Prop.ForAll(Gen.ListOf(steps).ToArbitrary(), moves =>
        {
            var seen = new RecordingOperation();
            var progress = new WorkProgress(seen, "a", "b", _clock);
            foreach (var (kind, part, size) in moves)
            {
                _clock.Pass(TimeSpan.FromMilliseconds(250));
                if (kind == 0) progress.Begin(new WorkStage { Size = size * 2, Parts = part, Exact = size % 2 == 0, From = part * 10, To = 100 - part });
                if (kind == 1) progress.Begin($"{part}", size);
                if (kind == 2) progress.Moved($"{part}", size);
                if (kind == 3) progress.Finish($"{part}");
                if (kind == 4) progress.Step($"{part}");
                if (kind == 5) progress.Within(part, part * 20).Progress(new OperationProgress { Activity = "c", Percent = size });
            }

            var percents = seen.ProgressSeen.Where(state => state.Activity == "a").Select(state => state.Percent ?? 0).ToList();
            return percents.All(percent => percent is >= 0 and <= 100) && percents.Zip(percents.Skip(1)).All(pair => pair.First <= pair.Second);
        }).QuickCheckThrowOnFailure();
    }

    private sealed class Clock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Pass(TimeSpan time) => _now += time.Ticks;
    }
}
