using System.Diagnostics;
using System.Globalization;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

/// <summary>Tells how far the work on many tables is: by bytes, with tables done, rate and time left.</summary>
/// <param name="operation">Who is told.</param>
/// <param name="activity">What is done.</param>
/// <param name="database">The database.</param>
/// <param name="total">The bytes of all tables, as the server stores them.</param>
/// <param name="tables">How many tables there are.</param>
internal sealed class ByteProgress(IOperationContext operation, string activity, string database, long total, int tables)
{
    private static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(200);

    private readonly Stopwatch _since = Stopwatch.StartNew();
    private readonly object _lock = new();
    private readonly Dictionary<string, (long Size, long Read)> _running = [];
    private TimeSpan _told = TimeSpan.MinValue;
    private long _done;
    private long _moved;
    private int _tables;

    /// <summary>A table begins.</summary>
    /// <param name="table">Its name.</param>
    /// <param name="size">Its bytes on the server.</param>
    public void Begin(string table, long size)
    {
        lock (_lock)
        {
            _running[table] = (size, 0);
            Tell();
        }
    }

    /// <summary>Bytes of a table were moved.</summary>
    /// <param name="table">Its name.</param>
    /// <param name="count">How many.</param>
    public void Moved(string table, int count)
    {
        lock (_lock)
        {
            _moved += count;
            if (_running.TryGetValue(table, out var state)) _running[table] = (state.Size, state.Read + count);
            if (_since.Elapsed - _told >= s_often) Tell();
        }
    }

    /// <summary>A table is done.</summary>
    /// <param name="table">Its name.</param>
    public void Finish(string table)
    {
        lock (_lock)
        {
            _tables++;
            if (_running.Remove(table, out var state)) _done += state.Size;
        }
    }

    /// <summary>Tells what is done where bytes can't be counted.</summary>
    /// <param name="status">What.</param>
    public void Tell(string status) => operation.Progress(new OperationProgress { Activity = activity, Status = $"{database}: {status}" });

    /// <summary>It is over.</summary>
    public void End() => operation.Progress(new OperationProgress { Activity = activity, Status = database, Completed = true });

    private void Tell()
    {
        // A host draws a few times a second at most.
        if (_told >= TimeSpan.Zero && _since.Elapsed - _told < s_often) return;
        _told = _since.Elapsed;
        // Rows as text are more or fewer bytes than stored ones: none counts for more than its table.
        var part = total <= 0 ? 1 : Math.Min(1, (_done + _running.Values.Sum(state => Math.Min(state.Size, state.Read))) / (double)total);
        var rate = _moved / 1048576.0 / Math.Max(0.001, _told.TotalSeconds);
        operation.Progress(new OperationProgress
        {
            Activity = activity,
            Status = string.Create(CultureInfo.InvariantCulture, $"{database}: {string.Join(", ", _running.Keys)}; {_tables} of {tables} tables, {_moved / 1048576.0:0.0} MiB, {rate:0} MiB/s"),
            Percent = 100 * part,
            Remaining = part > 0.02 ? TimeSpan.FromSeconds(_told.TotalSeconds * (1 - part) / part) : null,
        });
    }
}
