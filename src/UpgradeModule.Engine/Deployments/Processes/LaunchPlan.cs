using UpgradeModule.Engine.Deployments.Files;
namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>What is needed to start a process.</summary>
internal sealed record LaunchPlan
{
    /// <summary>The command.</summary>
    public required CommandLine Command { get; init; }

    /// <summary>The directory that it runs in.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Its whole environment, secrets included.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The file that its output is appended to.</summary>
    public required string Log { get; init; }

    /// <summary>The log's length before the start, in bytes.</summary>
    public required long LogOffset { get; init; }

    /// <summary>Where it is tracked.</summary>
    public required DeploymentFolder Folder { get; init; }

    /// <summary>The name of this run of the service.</summary>
    public required string Token { get; init; }
}
