namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>What a clone is made for.</summary>
public sealed record CloneRequest
{
    /// <summary>Its mark: unlike any other clone's, and telling the process that it belongs to.</summary>
    public required string Mark { get; init; }

    /// <summary>A private folder for its files; whoever asks for the clone removes it.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether a clone that reaches the network is better than none.</summary>
    public bool AllowOutbound { get; init; }
}
