namespace UpgradeModule.Engine.Upgrades.Rehearsal;

/// <summary>Shows a part of a rehearsal as long as it lasts.</summary>
internal readonly struct RehearsalPhase : IDisposable
{
    private readonly RunProgress _progress;
    private readonly string _title;

    /// <summary>Begins it.</summary>
    /// <param name="progress">Who is told.</param>
    /// <param name="title">What it does.</param>
    public RehearsalPhase(RunProgress progress, string title)
    {
        _progress = progress;
        _title = title;
        progress.Begin(title);
    }

    /// <inheritdoc/>
    public void Dispose() => _progress.End(_title);
}
