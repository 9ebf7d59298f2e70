using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>
/// Gives a session of ours the moment that a dump program's transaction has, since that can't be handed over: all writing is held for the instant in which both
/// begin, where there is the right to. Without it the rows are counted in the dump alone, and invariants are told only where they were the same before and after.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="client">The client program.</param>
/// <param name="session">The session, in the live database.</param>
/// <param name="operation">Who is told.</param>
internal sealed class SnapshotMoment(MySqlServer server, MySqlTool client, MySqlSession session, IOperationContext operation) : IAsyncDisposable
{
    // Whoever waits for such a lock holds all that write after it: a statement that runs long must not stop the application.
    private const int PatienceSeconds = 3;
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(20);

    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stopwatch _held = new();
    private MySqlSession? _lock;

    /// <summary>How the data and the numbers beside it came to be of one moment, for people.</summary>
    public string Description { get; private set; } = "";

    /// <summary>Holds all writing, where that is possible at once, and begins our transaction.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        _lock = await MySqlSession.OpenAsync(client, server.Admin, null, cancellationToken).ConfigureAwait(false);
        try
        {
            await _lock.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SET SESSION lock_wait_timeout = {PatienceSeconds}"), cancellationToken).ConfigureAwait(false);
            _held.Start();
            await _lock.ExecuteAsync("FLUSH TABLES WITH READ LOCK", cancellationToken).ConfigureAwait(false);
        }
        catch (MySqlFailure failure) when (failure.Code is 1227 or 1045 or 1205 or 1044 or 1142 or 1305 or 1235)
        {
            operation.Verbose($"Writing is not held for the moment in which the dump begins ({failure.Message.TrimEnd('.')}): the rows are counted in the dump itself.");
            await ReleaseAsync().ConfigureAwait(false);
        }

        await MySqlReader.BeginSnapshotAsync(session, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes the lines that the dump program tells of itself.</summary>
    /// <param name="line">A line.</param>
    public void Watch(string line)
    {
        // It says so first when its transaction has begun.
        if (line.StartsWith("-- Retrieving", StringComparison.Ordinal)) _begun.TrySetResult();
    }

    /// <summary>Waits until the dump has begun, lets writing go on, and reads the numbers.</summary>
    /// <param name="invariants">The invariants.</param>
    /// <param name="dump">The dump.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The invariants, and the tables' rows where they are of the dump's moment.</returns>
    public async Task<(IReadOnlyList<InvariantValue> Invariants, IReadOnlyList<TableCount>? Counts)> ReadAsync(IReadOnlyList<InvariantSpec> invariants, Task dump, CancellationToken cancellationToken)
    {
        var locked = _lock is not null;
        await Task.WhenAny(_begun.Task, dump, Task.Delay(s_longest, cancellationToken)).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        var same = locked && _begun.Task.IsCompleted;
        if (locked) await ReleaseAsync().ConfigureAwait(false);
        var values = await MySqlReader.InvariantsAsync(session, invariants, cancellationToken).ConfigureAwait(false);
        if (same)
        {
            Description = string.Create(CultureInfo.InvariantCulture, $"dump, row counts and invariants of one moment, for which writing was held {_held.ElapsedMilliseconds} ms");
            return (values, await MySqlReader.CountAsync(session, server.Name, cancellationToken).ConfigureAwait(false));
        }

        Description = "dump of one transaction, rows counted in it; invariants read before and after its beginning, and kept where both were the same";
        await Task.WhenAny(_begun.Task, dump).WaitAsync(cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync("ROLLBACK", cancellationToken).ConfigureAwait(false);
        await MySqlReader.BeginSnapshotAsync(session, cancellationToken).ConfigureAwait(false);
        var after = await MySqlReader.InvariantsAsync(session, invariants, cancellationToken).ConfigureAwait(false);
        return ([.. values.Zip(after, Settled)], null);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await ReleaseAsync().ConfigureAwait(false);

    private static InvariantValue Settled(InvariantValue before, InvariantValue after) =>
        before.Value == after.Value ? before : new InvariantValue { Name = before.Name, Detail = "It changed while the dump began, and without the right to hold writing (RELOAD) it isn't known what it was at that moment." };

    private async Task ReleaseAsync()
    {
        if (_lock is not { } held) return;
        _lock = null;
        _held.Stop();
        try
        {
            await held.ExecuteAsync("UNLOCK TABLES", CancellationToken.None).ConfigureAwait(false);
        }
        catch (MySqlFailure)
        {
            // A session that is gone holds nothing.
        }

        await held.DisposeAsync().ConfigureAwait(false);
    }
}
