namespace UpgradeModule.Engine.Apps;

/// <summary>How the service is started and stopped.</summary>
public sealed record StartSpec
{
    /// <summary>How long a graceful stop may take, in seconds.</summary>
    public int GraceSeconds { get; set; } = 30;

    /// <summary>Exit codes of a graceful stop; 143 is a JVM's answer to SIGTERM.</summary>
    public IReadOnlyList<int> SuccessExitCodes { get; set; } = [0, 143];

    /// <summary>The usual command; <c>{artifact}</c> stands for the artifact's path.</summary>
    public IReadOnlyList<string> Command { get; set; } = [];
}
