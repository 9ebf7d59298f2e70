namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>
/// One action of a run: it can be done, taken back and asked whether it took effect. The journal has its intent before and its result after,
/// so each part may be called again after a crash: doing and undoing twice is no mistake.
/// </summary>
internal interface IUpgradeAction
{
    /// <summary>Its name in the journal, one word.</summary>
    string Id { get; }

    /// <summary>What it does, in a line.</summary>
    string Title { get; }

    /// <summary>The stop that it belongs to; <see langword="null"/> for what is done once a run.</summary>
    UpgradeStop? Stop { get; }

    /// <summary>Notes what it will have touched, just before its intent is written down.</summary>
    /// <param name="run">The run.</param>
    void Prepare(RunContext run);

    /// <summary>Does it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Ends the work; what has begun is taken back by <see cref="UndoAsync"/>.</param>
    Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken);

    /// <summary>Takes it back, whether it was done whole, in part or not at all.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">The way back's own token.</param>
    Task UndoAsync(RunContext run, CancellationToken cancellationToken);

    /// <summary>Tells whether it took effect.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Whether it did; <see langword="null"/> where that can't be told, and it is simply done again.</returns>
    Task<bool?> ProbeAsync(RunContext run, CancellationToken cancellationToken);

    /// <summary>Whether it is begun although the caller has cancelled: it sees to that itself.</summary>
    bool SeesToCancellation { get; }
}
