namespace UpgradeModule.Engine.Paths;

/// <summary>What a path is asked for.</summary>
public sealed record PathRequest
{
    /// <summary>The version at the start.</summary>
    public AppVersion From { get; init; } = null!;

    /// <summary>The edition at the start; told by the version, else the default one, where empty.</summary>
    public string? Edition { get; init; }

    /// <summary>The target: an exact version, a major (<c>50</c>, <c>0.50</c>, <c>0.50.x</c>) or <c>latest</c>; <c>latest</c> where empty.</summary>
    public string? To { get; init; }

    /// <summary>The edition at the end; the same where empty.</summary>
    public string? ToEdition { get; init; }

    /// <summary>Whether pre-releases may be targets.</summary>
    public bool IncludePrerelease { get; init; }

    /// <summary>The deployment that the path is for.</summary>
    public AppDeployment? Deployment { get; init; }
}
