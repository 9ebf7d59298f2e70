namespace UpgradeModule.Engine.Readiness;

/// <summary>What a check found.</summary>
internal sealed record Finding
{
    /// <summary>Whether it stands in the way; else it should be known.</summary>
    public bool Blocks { get; init; }

    /// <summary>What was found.</summary>
    public string Message { get; init; } = "";

    /// <summary>What to do about it.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>The thing that it is about.</summary>
    public string? Target { get; init; }

    /// <summary>It stands in the way.</summary>
    /// <param name="message">What was found.</param>
    /// <param name="remedy">What to do about it.</param>
    /// <param name="target">What it is about.</param>
    public static Finding Blocker(string message, string remedy, string? target = null) => new() { Blocks = true, Message = message, Remedy = remedy, Target = target };

    /// <summary>It should be known.</summary>
    /// <param name="message">What was found.</param>
    /// <param name="remedy">What to do about it.</param>
    /// <param name="target">What it is about.</param>
    public static Finding Warning(string message, string remedy, string? target = null) => new() { Message = message, Remedy = remedy, Target = target };
}
