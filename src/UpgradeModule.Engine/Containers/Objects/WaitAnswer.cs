namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>How a container ended.</summary>
internal sealed record WaitAnswer
{
    /// <summary>Its exit code.</summary>
    public long StatusCode { get; init; }
}
