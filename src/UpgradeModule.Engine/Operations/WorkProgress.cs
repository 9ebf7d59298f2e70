using System.Globalization;

namespace UpgradeModule.Engine.Operations;

/// <summary>
/// Tells how far work is: the percentage by bytes, which never goes back and is 100 only when all is done, the parts that are done, the rate
/// and the time left. No oftener than anybody could see. Every member may be called from any thread.
/// </summary>
/// <param name="operation">Who is told.</param>
/// <param name="activity">What is done.</param>
/// <param name="subject">What it is done to, where the activity's name doesn't tell it.</param>
/// <param name="time">The clock.</param>
internal sealed class WorkProgress(IOperationContext operation, string activity, string subject = "", TimeProvider? time = null)
{
    // A host draws a few times a second at most.
    private static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_soonest = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly object _lock = new();
    private readonly Dictionary<string, Part> _running = new(StringComparer.Ordinal);
    private WorkStage _stage = new();
    private long _began = (time ?? TimeProvider.System).GetTimestamp();
    private long _stageBegan;
    private long? _told;
    private string? _step;
    private string _status = "";
    private long _doneSize;
    private long _doneMoved;
    private long _moved;
    private int _done;
    private double? _percent;

    /// <summary>A stage begins whose length is known.</summary>
    /// <param name="stage">The stage.</param>
    public void Begin(WorkStage stage)
    {
        lock (_lock)
        {
            _stage = stage;
            _running.Clear();
            (_doneSize, _doneMoved, _moved, _done, _step) = (0, 0, 0, 0, null);
            _stageBegan = _time.GetTimestamp();
            // The time that it took to get so far is no measure of what comes.
            if (_percent is null) _began = _stageBegan;
            Tell(always: true);
        }
    }

    /// <summary>Something is done whose length isn't known.</summary>
    /// <param name="status">What.</param>
    public void Tell(string status)
    {
        lock (_lock)
        {
            (_told, _status) = (_time.GetTimestamp(), status);
            operation.Progress(new OperationProgress { Activity = activity, Status = Join(subject, status), Percent = _percent });
        }
    }

    /// <summary>A part begins.</summary>
    /// <param name="part">Its name; empty where it is the only one.</param>
    /// <param name="size">Its size.</param>
    public void Begin(string part, long size)
    {
        lock (_lock)
        {
            _running[part] = new Part(Math.Max(0, size), 0);
            Tell(always: _told is null || IsWorthNaming(part, size));
        }
    }

    /// <summary>Something of a part was moved.</summary>
    /// <param name="part">Its name.</param>
    /// <param name="count">How many bytes.</param>
    public void Moved(string part, long count)
    {
        lock (_lock)
        {
            _moved += count;
            if (_running.TryGetValue(part, out var state)) _running[part] = state with { Moved = state.Moved + count };
            Tell(always: false);
        }
    }

    /// <summary>A part is done.</summary>
    /// <param name="part">Its name.</param>
    public void Finish(string part)
    {
        lock (_lock)
        {
            if (!_running.Remove(part, out var state)) return;
            _done++;
            _doneSize += state.Size;
            _doneMoved += state.Moved;
            Tell(always: _done == _stage.Parts);
        }
    }

    /// <summary>The only part that is known to be worked on is another one now; the one before is done.</summary>
    /// <param name="part">Its name; its size is the stage's.</param>
    public void Step(string part)
    {
        lock (_lock)
        {
            if (_step is not null) Finish(_step);
            _step = part;
            Begin(part, _stage.Sizes?.GetValueOrDefault(part) ?? 0);
        }
    }

    /// <summary>All parts of the stage are done.</summary>
    public void Done()
    {
        lock (_lock)
        {
            foreach (var part in _running.Keys.ToList()) Finish(part);
            _done = Math.Max(_done, _stage.Parts);
            _doneSize = _stage.Size;
            Tell(always: true);
        }
    }

    /// <summary>Something was moved of the part that is worked on.</summary>
    /// <param name="count">How many bytes.</param>
    public void Moved(long count)
    {
        lock (_lock) Moved(_step ?? "", count);
    }

    /// <summary>Gives work of another room a bar of its own beneath this one, and takes its percentage over.</summary>
    /// <param name="from">The percentage of the whole work at which it begins.</param>
    /// <param name="to">The percentage at which it ends.</param>
    public IOperationContext Within(double from, double to) => new NestedOperation(operation, activity, percent =>
    {
        lock (_lock)
        {
            Advance(from + ((to - from) * Math.Clamp(percent, 0, 100) / 100));
            if (_told is { } told && _time.GetElapsedTime(told) < s_often) return;
            Tell(_status);
        }
    });

    /// <summary>It is over.</summary>
    public void End() => operation.Progress(new OperationProgress { Activity = activity, Status = subject, Completed = true });

    private void Tell(bool always)
    {
        if (!always && _told is { } told && _time.GetElapsedTime(told) < s_often) return;
        _told = _time.GetTimestamp();
        Advance(_stage.From + ((_stage.To - _stage.From) * Fraction()));
        var elapsed = _time.GetElapsedTime(_began);
        operation.Progress(new OperationProgress
        {
            Activity = activity,
            Status = Join(subject, Status()),
            Percent = _percent,
            Remaining = _percent is >= 2 and < 100 && elapsed > s_soonest ? TimeSpan.FromSeconds(elapsed.TotalSeconds * (100 - _percent.Value) / _percent.Value) : null,
        });
    }

    // Nothing may be moved of it until it ends, as of an index, and until then the one before it would seem to be worked on. There can't be many of them.
    private bool IsWorthNaming(string part, long size) => part.Length > 0 && _stage.Size > 0 && size >= _stage.Size / 100.0;

    private void Advance(double percent) => _percent = Math.Max(_percent ?? 0, Math.Clamp(percent, 0, 100));

    private double Fraction()
    {
        if (_stage.Size <= 0) return _stage.Parts > 0 ? Math.Min(1, _done / (double)_stage.Parts) : 0;
        // Rows as text are more or fewer bytes than stored ones: those of the tables that are done tell by how much.
        var ratio = !_stage.Exact && _doneMoved > 0 && _doneSize > _stage.Size / 100 ? _doneMoved / (double)_doneSize : 1;
        var sum = _doneSize + _running.Values.Sum(part => part.Size * Share(part.Size == 0 ? 0 : part.Moved / (part.Size * ratio)));
        return Math.Min(1, sum / _stage.Size);
    }

    // What turns out longer than was thought slows down before its end in place of standing still there.
    private double Share(double part) => _stage.Exact || part <= 0.8 ? Math.Min(1, part) : 0.99 - (0.19 * Math.Exp((0.8 - part) / 0.19));

    private string Status()
    {
        var words = new List<string>();
        if (_stage.What.Length > 0) words.Add(_stage.What);
        if (_percent is { } percent) words.Add(string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(percent):0}%"));
        if (_stage.Parts > 0) words.Add(string.Create(CultureInfo.InvariantCulture, $"{Math.Min(_done, _stage.Parts)} of {_stage.Parts} {_stage.Things}"));
        if (_stage.Bytes && _moved > 0)
        {
            var seconds = _time.GetElapsedTime(_stageBegan).TotalSeconds;
            words.Add(string.Create(CultureInfo.InvariantCulture, $"{_moved / 1048576.0:0.#} MiB"));
            if (seconds > 0.2) words.Add(string.Create(CultureInfo.InvariantCulture, $"{_moved / 1048576.0 / seconds:0.#} MiB/s"));
        }

        // Last: a narrow window cuts it off first.
        if (_running.Keys.Where(name => name.Length > 0).ToList() is { Count: > 0 } names) words.Add(string.Join(" and ", names));
        return string.Join(", ", words);
    }

    private static string Join(string subject, string status) => subject.Length == 0 ? status : status.Length == 0 ? subject : $"{subject}: {status}";

    private readonly record struct Part(long Size, long Moved);
}
