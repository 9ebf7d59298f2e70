namespace UpgradeModule.Engine.Upgrades.Reports;

/// <summary>A report as programs read it. How the deployment is run is left out: its arguments are nobody else's business.</summary>
internal sealed record ReportDocument
{
    /// <summary>The version of this format; 1.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>The module that wrote it.</summary>
    public string ModuleVersion { get; init; } = Operations.ModuleVersion.Current;

    /// <summary>When it was written, in UTC.</summary>
    public DateTimeOffset WrittenOn { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>The run; empty for a rehearsal.</summary>
    public UpgradeRun? Run { get; init; }

    /// <summary>The rehearsal; empty for a run.</summary>
    public UpgradeRehearsal? Rehearsal { get; init; }

    /// <summary>What kept people out, part by part.</summary>
    public IReadOnlyList<DowntimePart> Downtime { get; init; } = [];

    /// <summary>Makes the report of a run.</summary>
    /// <param name="run">The run.</param>
    public static ReportDocument Of(UpgradeRun run) => new()
    {
        Run = run with { Deployment = Bare(run.Deployment) },
        Downtime = DowntimePart.Of(run.Steps),
    };

    /// <summary>Makes the report of a rehearsal.</summary>
    /// <param name="rehearsal">The rehearsal.</param>
    public static ReportDocument Of(UpgradeRehearsal rehearsal) => new()
    {
        Rehearsal = rehearsal with { Deployment = Bare(rehearsal.Deployment), Path = rehearsal.Path with { Deployment = null } },
        Downtime = DowntimePart.Of([.. rehearsal.Stops.SelectMany(static stop => stop.Phases)]),
    };

    private static AppDeployment Bare(AppDeployment deployment) => new()
    {
        Name = deployment.Name,
        App = deployment.App,
        Edition = deployment.Edition,
        HostKind = deployment.HostKind,
        Version = deployment.Version,
        Url = Addresses.WithoutLogin(deployment.Url),
    };
}
