namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>Why a run goes back, so that another process can end the way back and tell the same.</summary>
internal sealed record BackRecord
{
    /// <summary>The id of the failure.</summary>
    public string ErrorId { get; init; } = "";

    /// <summary>What failed.</summary>
    public string Message { get; init; } = "";

    /// <summary>The action that failed.</summary>
    public string? Action { get; init; }

    /// <summary>Whether the caller cancelled.</summary>
    public bool Cancelled { get; init; }

    /// <summary>The orders of the entries that are taken back, whatever their state was.</summary>
    public IReadOnlyList<int> TakenBack { get; init; } = [];

    /// <summary>The failure, as it is told again.</summary>
    public Exception ToFailure() => new UpgradeException(ErrorId, UpgradeErrorCategory.InvalidOperation, null, Message);
}
