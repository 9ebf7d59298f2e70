namespace UpgradeModule.Engine.Apps;

/// <summary>How the service is started and stopped.</summary>
public sealed record StartSpec
{
    /// <summary>How long a graceful stop may take, in seconds.</summary>
    public int GraceSeconds { get; init; } = 30;

    /// <summary>Exit codes of a graceful stop; 143 is a JVM's answer to SIGTERM.</summary>
    public IReadOnlyList<int> SuccessExitCodes { get; init; } = [0, 143];

    /// <summary>The usual command; <c>{artifact}</c> stands for the artifact's path.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];
}
