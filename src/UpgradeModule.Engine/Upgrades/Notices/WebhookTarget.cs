namespace UpgradeModule.Engine.Upgrades.Notices;

/// <summary>Where the end of a run is told.</summary>
public sealed record WebhookTarget
{
    /// <summary>The address.</summary>
    public required Uri Address { get; init; }

    /// <summary>Headers by their names; each value is a reference to a secret: <c>env:NAME</c>, <c>file:PATH</c>, <c>secret:NAME</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether an address without encryption will do, other than this machine's own.</summary>
    public bool AllowUnencrypted { get; init; }

    /// <summary>How long one try may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}
