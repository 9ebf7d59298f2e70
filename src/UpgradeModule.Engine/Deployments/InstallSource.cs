namespace UpgradeModule.Engine.Deployments;

/// <summary>One version of an application, fetched, verified and ready to be swapped in: a file or an image. It is journalled as it is, so it holds no secret.</summary>
public sealed record InstallSource
{
    /// <summary>The version.</summary>
    public AppVersion Version { get; init; } = null!;

    /// <summary>The edition.</summary>
    public string Edition { get; init; } = "";

    /// <summary>The file, for hosts that run one.</summary>
    public AppArtifact? Artifact { get; init; }

    /// <summary>The image, for hosts that run containers.</summary>
    public AppImage? Image { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Artifact?.ToString() ?? Image?.ToString() ?? Version?.Text ?? "";
}
