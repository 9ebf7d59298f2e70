using System.Text.Json;
using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>Whether a container runs, and how it ended.</summary>
internal sealed record ContainerState
{
    /// <summary>created, running, paused, restarting, removing, exited, dead. In a crash loop a sample can show <c>running</c>.</summary>
    public string? Status { get; init; }

    /// <summary>Whether it runs; true while paused, too.</summary>
    public bool Running { get; init; }

    /// <summary>Whether it is paused.</summary>
    public bool Paused { get; init; }

    /// <summary>Whether the engine restarts it just now.</summary>
    public bool Restarting { get; init; }

    /// <summary>Whether the kernel killed it for want of memory.</summary>
    public bool OOMKilled { get; init; }

    /// <summary>Whether the engine could not remove it.</summary>
    public bool Dead { get; init; }

    /// <summary>Its first process, as the engine's machine numbers it; 0 where it doesn't run.</summary>
    public int Pid { get; init; }

    /// <summary>The exit code of the last end.</summary>
    public int ExitCode { get; init; }

    /// <summary>Why it could not be started.</summary>
    public string? Error { get; init; }

    /// <summary>When it was started last (RFC 3339; year 1 for never).</summary>
    public string? StartedAt { get; init; }

    /// <summary>When it ended last (RFC 3339; year 1 for never).</summary>
    public string? FinishedAt { get; init; }

    /// <summary>What its health check says; none where it has no health check.</summary>
    public ContainerHealth? Health { get; init; }

    /// <summary>What isn't modelled.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
