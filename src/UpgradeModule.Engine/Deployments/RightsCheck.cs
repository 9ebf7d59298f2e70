namespace UpgradeModule.Engine.Deployments;

/// <summary>Whether the caller may do what an upgrade does with a service, found out without doing it.</summary>
public sealed record RightsCheck
{
    /// <summary>Which right is missing; <see langword="null"/> where none is, as far as one can tell.</summary>
    public string? Missing { get; init; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>Whether it is missing for sure: rules that look at a single service can't be asked beforehand.</summary>
    public bool Certain { get; init; } = true;

    /// <summary>Nothing is missing.</summary>
    public static RightsCheck Enough { get; } = new();
}
