namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>What most actions have in common: nothing to take back, and no probe.</summary>
internal abstract class UpgradeActionBase(string id, string title, UpgradeStop? stop = null) : IUpgradeAction
{
    /// <inheritdoc/>
    public string Id { get; } = id;

    /// <inheritdoc/>
    public string Title { get; } = title;

    /// <inheritdoc/>
    public UpgradeStop? Stop { get; } = stop;

    /// <inheritdoc/>
    public virtual bool SeesToCancellation => false;

    /// <inheritdoc/>
    public virtual void Prepare(RunContext run)
    {
    }

    /// <inheritdoc/>
    public abstract Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public virtual Task UndoAsync(RunContext run, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public virtual Task<bool?> ProbeAsync(RunContext run, CancellationToken cancellationToken) => Task.FromResult<bool?>(null);
}
