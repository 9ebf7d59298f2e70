using System.Diagnostics;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Actions;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>
/// Writes a run's record as it goes. Nothing is written before <see cref="BeginAsync"/>: a run that readiness refuses leaves no trace.
/// On the way back, and once the new version is in use, a journal that fails is told and no obstacle: the application counts more.
/// </summary>
internal sealed class RunRecorder(RunDocument document, IUpgradeJournal journal, IOperationContext operation)
{
    private readonly Stopwatch _duration = Stopwatch.StartNew();
    private readonly TimeSpan _before = document.Run.Duration;
    private bool _begun;
    private string? _head;

    /// <summary>The record as it stands.</summary>
    public RunDocument Document { get; private set; } = document;

    /// <summary>Brings the record up to what is known at the moment of writing.</summary>
    public Func<RunDocument, RunDocument> Snapshot { get; set; } = static document => document;

    /// <summary>Where it is written.</summary>
    public string Location => journal.Location;

    /// <summary>Whether the run has been written down.</summary>
    public bool Begun => _begun;

    /// <summary>Whether the run is on its way back.</summary>
    public bool GoingBack { get; set; }

    /// <summary>Whether the new version of the present stop is healthy and in use: then a journal that fails is no reason to take it back.</summary>
    public bool Serving { get; set; }

    /// <summary>Writes the run down.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        Refresh();
        _head = await journal.BeginAsync(Document, cancellationToken).ConfigureAwait(false);
        _begun = true;
    }

    /// <summary>Changes the run's record; it is written with the next entry.</summary>
    /// <param name="change">The change.</param>
    public void Change(Func<UpgradeRun, UpgradeRun> change) => Document = Document with { Run = change(Document.Run) };

    /// <summary>Changes the whole record; it is written with the next entry.</summary>
    /// <param name="change">The change.</param>
    public void ChangeDocument(Func<RunDocument, RunDocument> change) => Document = change(Document);

    /// <summary>Writes the record as it stands.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task SaveAsync(CancellationToken cancellationToken) => WriteAsync(token => journal.EndAsync(Document, token), cancellationToken);

    /// <summary>Remembers what the stops install.</summary>
    /// <param name="sources">What they install.</param>
    public void Sources(IReadOnlyList<InstallSource> sources) => Document = Document with { Sources = sources };

    /// <summary>Remembers the migrations that were recorded when the run began; the first that are told stay.</summary>
    /// <param name="names">Their names, in the order in which they ran.</param>
    public void MigrationsBefore(IReadOnlyList<string> names)
    {
        if (Document.MigrationsBefore.Count == 0) Document = Document with { MigrationsBefore = names };
    }

    /// <summary>Writes down that an action is about to be done. One that is done again, after a resume, keeps its entry.</summary>
    /// <param name="action">The action.</param>
    /// <param name="after">How many entries there were before what it belongs to began.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The action's order.</returns>
    public async Task<int> IntentAsync(IUpgradeAction action, int after, CancellationToken cancellationToken)
    {
        var entry = new UpgradeAction
        {
            Order = Document.Run.Steps.Skip(after).FirstOrDefault(other => other.Id == action.Id && other.Stop == action.Stop?.To)?.Order ?? Document.Run.Steps.Count + 1,
            Stop = action.Stop?.To,
            Id = action.Id,
            Title = action.Title,
            Status = UpgradeActionStatus.Started,
            StartedOn = DateTimeOffset.UtcNow,
        };
        Change(run => run with { Steps = [.. run.Steps.Take(entry.Order - 1), entry, .. run.Steps.Skip(entry.Order)] });
        await WriteAsync(token => journal.IntentAsync(Document, entry, token), cancellationToken).ConfigureAwait(false);
        return entry.Order;
    }

    /// <summary>Writes down what came of an action.</summary>
    /// <param name="order">The action's order.</param>
    /// <param name="status">Its state.</param>
    /// <param name="message">What is to be known.</param>
    /// <param name="duration">How long it took; as it stands where <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task ResultAsync(int order, UpgradeActionStatus status, string? message, TimeSpan? duration, CancellationToken cancellationToken)
    {
        var entry = Document.Run.Steps[order - 1];
        entry = entry with { Status = status, Message = message ?? entry.Message, Duration = duration ?? entry.Duration };
        Change(run => run with { Steps = [.. run.Steps.Take(order - 1), entry, .. run.Steps.Skip(order)] });
        return WriteAsync(token => journal.ResultAsync(Document, entry, token), cancellationToken);
    }

    /// <summary>Remembers states that were kept. A state that is known already is not listed twice.</summary>
    /// <param name="points">The states.</param>
    /// <param name="action">The action that made them.</param>
    /// <param name="stop">The order of the stop.</param>
    public void Keep(IEnumerable<ReturnPoint> points, string action, int stop)
    {
        var added = points
            .Where(point => !Document.Points.Any(kept => Same(kept.Point, point)))
            .Select(point => new KeptPoint { Point = point, Action = action, Stop = stop });
        SetPoints([.. Document.Points, .. added]);
    }

    /// <summary>Notes what has become of a state.</summary>
    /// <param name="point">The state.</param>
    /// <param name="use">What has become of it.</param>
    public void Mark(ReturnPoint point, KeptPointUse use) =>
        SetPoints([.. Document.Points.Select(kept => Same(kept.Point, point) ? kept with { Use = use } : kept)]);

    /// <summary>Writes down how the run ended.</summary>
    /// <param name="change">The last change of its record.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<UpgradeResult> EndAsync(Func<UpgradeRun, UpgradeRun> change, CancellationToken cancellationToken)
    {
        Refresh();
        Change(run => change(run) with { EndedOn = DateTimeOffset.UtcNow, Duration = _before + _duration.Elapsed });
        try
        {
            await WriteAsync(token => journal.EndAsync(Document, token), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _head = null;

            // The application is where it should be; that its record is not complete must not hide the result.
            operation.Warning($"The end of the upgrade run {Document.Run.RunId} could not be written to {journal.Location}: {failure.Message}");
        }

        return UpgradeResults.From(Document.Run with { HistoryHead = _head });
    }

    private static bool Same(ReturnPoint left, ReturnPoint right) => left.Kind == right.Kind && left.Location == right.Location;

    private void SetPoints(IReadOnlyList<KeptPoint> points)
    {
        Document = Document with { Points = points };
        Change(run => run with { Kept = [.. points.Where(point => point.Use != KeptPointUse.Live).Select(point => point.ToItem())] });
    }

    private void Refresh() => Document = Snapshot(Document) with { FormatVersion = RunDocument.Current, SavedOn = DateTimeOffset.UtcNow };

    private async Task WriteAsync(Func<CancellationToken, Task<string?>> write, CancellationToken cancellationToken)
    {
        Refresh();
        if (!_begun) return;
        try
        {
            _head = await write(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when ((GoingBack || Serving) && failure is not OutOfMemoryException and not OperationCanceledException)
        {
            _head = null;
            operation.Warning($"An entry of the upgrade run {Document.Run.RunId} could not be written to {journal.Location}: {failure.Message}");
        }
    }
}
