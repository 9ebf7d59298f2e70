namespace UpgradeModule;

/// <summary>How far an operation is.</summary>
public sealed record OperationProgress
{
    /// <summary>What is being done.</summary>
    public string Activity { get; init; } = "";

    /// <summary>What of it is being done now.</summary>
    public string Status { get; init; } = "";

    /// <summary>How much is done, from 0 to 100, where the whole is known.</summary>
    public double? Percent { get; init; }

    /// <summary>How long it will take yet, where that can be told.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>The activity that this one is a part of.</summary>
    public string? Parent { get; init; }

    /// <summary>Whether it is over and its bar can go.</summary>
    public bool Completed { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Activity}: {Status}";
}
