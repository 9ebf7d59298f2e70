namespace UpgradeModule;

/// <summary>The running side of a deployment.</summary>
public sealed record AppService : AppRecord
{
    /// <summary>The deployment.</summary>
    public AppDeployment Deployment { get; init; } = new();

    /// <summary>What runs it.</summary>
    public AppHostKind HostKind { get; init; }

    /// <summary>Whether it runs.</summary>
    public AppServiceStatus Status { get; init; }

    /// <summary>The process id, for processes and services.</summary>
    public int? ProcessId { get; init; }

    /// <summary>The container id, for containers.</summary>
    public string? ContainerId { get; init; }

    /// <summary>When it was started, in UTC.</summary>
    public DateTimeOffset? StartedOn { get; init; }

    /// <summary>What it answers when it is asked how it is.</summary>
    public AppHealth Health { get; init; }

    /// <summary>What it answered, in a few words.</summary>
    public string? HealthDetail { get; init; }

    /// <summary>How far its migration is, from 0 to 1, where it tells.</summary>
    public double? MigrationProgress { get; init; }

    /// <summary>The version that it says it is.</summary>
    public AppVersion? Version { get; init; }

    /// <summary>The exit code of the last run, where it has ended and the code is known.</summary>
    public int? ExitCode { get; init; }

    /// <summary>How often its host has restarted it by itself, where the host counts that.</summary>
    public int? Restarts { get; init; }

    /// <summary>The file that its output goes to.</summary>
    public string? LogPath { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Deployment.Name}: {Status}, {Health}";
}
