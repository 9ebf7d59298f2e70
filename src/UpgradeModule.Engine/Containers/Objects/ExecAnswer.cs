namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A command that runs or ran in a container.</summary>
internal sealed record ExecAnswer
{
    /// <summary>Its id, of a new one.</summary>
    public string? Id { get; init; }

    /// <summary>Whether it runs.</summary>
    public bool Running { get; init; }

    /// <summary>Its exit code, once it has ended.</summary>
    public int? ExitCode { get; init; }
}
