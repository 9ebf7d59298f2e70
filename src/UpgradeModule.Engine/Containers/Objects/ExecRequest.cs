namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A command to be run in a running container.</summary>
internal sealed record ExecRequest
{
    /// <summary>The command and its arguments.</summary>
    public IReadOnlyList<string> Cmd { get; init; } = [];

    /// <summary>Variables besides the container's own, <c>NAME=value</c> each.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>The user; the container's own where <see langword="null"/>.</summary>
    public string? User { get; init; }

    /// <summary>The working directory; the container's own where <see langword="null"/>.</summary>
    public string? WorkingDir { get; init; }
}
