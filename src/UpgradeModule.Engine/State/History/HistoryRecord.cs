namespace UpgradeModule.Engine.State.History;

/// <summary>The record of a run as a journal has it now, to be compared with what its history says.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Deployment">The deployment's name, where the journal has it beside the record.</param>
/// <param name="StartedOn">When the run began, where the journal has it beside the record.</param>
/// <param name="Document">The SHA-256 of the record.</param>
internal sealed record HistoryRecord(string RunId, string? Deployment, string? StartedOn, string Document)
{
    /// <summary>The SHA-256 of a record that was about to take its place when its writer was cut short.</summary>
    public string? Next { get; init; }

    /// <summary>Whether it may be older than the history, so that a history that doesn't know it is no wonder.</summary>
    public bool MayBeOlder { get; init; }
}
