namespace UpgradeModule.Engine.Databases;

/// <summary>What is known about a database before anything is done to it.</summary>
public sealed record DatabaseFacts
{
    /// <summary>Whether it is there and can be read.</summary>
    public bool Exists { get; init; }

    /// <summary>The engine's version: <c>15.18</c>, <c>3.46.1</c>.</summary>
    public string? EngineVersion { get; init; }

    /// <summary>Its size in bytes.</summary>
    public long Size { get; init; }

    /// <summary>Whether the maintenance log-in, else the application's own, may create databases.</summary>
    public bool CanCreateDatabase { get; init; }

    /// <summary>Whether a restore can be proven somewhere: here, on a throw-away server, or in a throw-away container.</summary>
    public bool CanProve { get; init; }

    /// <summary>Where a restore would be proven.</summary>
    public string? ProofPlace { get; init; }

    /// <summary>Other sessions that hold on to it, a line each.</summary>
    public IReadOnlyList<string> Sessions { get; init; } = [];

    /// <summary>Rights and programs that are missing, each with what to do, in a sentence.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>The directory that grows when a copy is made, where it is on this machine.</summary>
    public string? DataDirectory { get; init; }
}
