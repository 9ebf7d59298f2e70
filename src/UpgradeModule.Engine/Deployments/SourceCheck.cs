namespace UpgradeModule.Engine.Deployments;

/// <summary>Whether a version can be had, found out without fetching it.</summary>
public sealed record SourceCheck
{
    /// <summary>Why it can't be had; <see langword="null"/> where it can, as far as one can tell.</summary>
    public string? Problem { get; init; }

    /// <summary>What should be known although it can be had: a tag that moves.</summary>
    public string? Warning { get; init; }

    /// <summary>What to do about the problem or the warning.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>What it is about: an address, a path, a reference.</summary>
    public string? Target { get; init; }

    /// <summary>How many bytes fetching it will write, where that is known; 0 where it is there already.</summary>
    public long? Size { get; init; }

    /// <summary>The folder on this machine that fetching it fills, where that is not the installed artifact's: an engine's own.</summary>
    public string? Folder { get; init; }

    /// <summary>It can be had.</summary>
    /// <param name="target">Where.</param>
    /// <param name="size">How many bytes fetching it will write.</param>
    public static SourceCheck Available(string? target = null, long? size = null) => new() { Target = target, Size = size };

    /// <summary>It can't be had.</summary>
    /// <param name="problem">Why.</param>
    /// <param name="remedy">What to do about it.</param>
    /// <param name="target">What it is about.</param>
    public static SourceCheck Missing(string problem, string remedy, string? target = null) => new() { Problem = problem, Remedy = remedy, Target = target };
}
