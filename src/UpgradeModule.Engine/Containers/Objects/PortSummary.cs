namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A port of a container, as a list shows it.</summary>
internal sealed record PortSummary
{
    /// <summary>The address of the engine's machine that it is published on.</summary>
    public string? IP { get; init; }

    /// <summary>The port inside.</summary>
    public int PrivatePort { get; init; }

    /// <summary>The port of the engine's machine; empty where it is not published.</summary>
    public int? PublicPort { get; init; }

    /// <summary>tcp, udp, sctp.</summary>
    public string? Type { get; init; }
}
