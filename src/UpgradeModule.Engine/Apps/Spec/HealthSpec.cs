namespace UpgradeModule.Engine.Apps;

/// <summary>How an application's health and version are asked.</summary>
public sealed record HealthSpec
{
    /// <summary>Answers as soon as the process serves.</summary>
    public HttpProbeSpec? Liveness { get; set; }

    /// <summary>Answers as expected once it can be used.</summary>
    public HttpProbeSpec? Readiness { get; set; }

    /// <summary>Requests that read the database through the application.</summary>
    public IReadOnlyList<HttpProbeSpec> Deep { get; set; } = [];

    /// <summary>The dotted path of the migration's progress (0 to 1) in the readiness answer's JSON.</summary>
    public string? Progress { get; set; }

    /// <summary>A regular expression: a readiness answer that matches it says that a migration runs.</summary>
    public string? MigratingBody { get; set; }

    /// <summary>The request that tells the version.</summary>
    public HttpProbeSpec? Version { get; set; }

    /// <summary>The dotted path of the version in that answer's JSON.</summary>
    public string? VersionPath { get; set; }

    /// <summary>A regular expression whose group <c>version</c> is the version in that answer's body.</summary>
    public string? VersionPattern { get; set; }

    /// <summary>How long to wait without any sign of progress, in minutes.</summary>
    public int TimeoutMinutes { get; set; } = 30;
}
