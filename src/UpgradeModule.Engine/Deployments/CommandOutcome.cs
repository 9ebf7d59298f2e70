namespace UpgradeModule.Engine.Deployments;

/// <summary>How a one-off command ended.</summary>
public sealed record CommandOutcome
{
    /// <summary>Its exit code.</summary>
    public int ExitCode { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Its last lines, standard output and error as they came, without secrets.</summary>
    public IReadOnlyList<string> Output { get; init; } = [];

    /// <summary>Where all of its output is, where it is kept.</summary>
    public string? LogPath { get; init; }
}
