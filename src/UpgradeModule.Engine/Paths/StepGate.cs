using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Paths;

/// <summary>A step with its versions read.</summary>
internal sealed class StepGate
{
    private readonly StepSpec _spec;

    /// <summary>Reads a step.</summary>
    /// <param name="spec">The step.</param>
    /// <param name="scheme">The version scheme.</param>
    public StepGate(StepSpec spec, VersionScheme scheme)
    {
        _spec = spec;
        IsBefore = spec.Before is not null;
        Gate = scheme.Neutral(scheme.Parse(spec.Before ?? spec.After!).Version);
        AtLeast = spec.AtLeast is null ? null : scheme.Neutral(scheme.Parse(spec.AtLeast).Version);
        Step = new UpgradeStep
        {
            Id = spec.Id,
            Title = spec.Title,
            Kind = spec.Kind == "automatic" ? UpgradeStepKind.Automatic : UpgradeStepKind.Manual,
            Instructions = spec.Instructions,
            Source = spec.Source,
        };
    }

    /// <summary>Whether it is done before the gate, not after.</summary>
    public bool IsBefore { get; }

    /// <summary>The version that it is done before or after.</summary>
    public AppVersion Gate { get; }

    /// <summary>The lowest version at which it can be done.</summary>
    public AppVersion? AtLeast { get; }

    /// <summary>The step as a path shows it.</summary>
    public UpgradeStep Step { get; }

    /// <summary>Whether it belongs to a hop that passes its gate.</summary>
    /// <param name="from">The version before, without its pre-release part.</param>
    /// <param name="to">The version after, without its pre-release part.</param>
    /// <param name="edition">The edition after.</param>
    /// <param name="engine">The engine of the application's database, where known.</param>
    public bool Applies(AppVersion from, AppVersion to, string edition, DatabaseEngine? engine) =>
        from < Gate && Gate <= to && AppliesTo(edition, engine);

    /// <summary>Whether an edition on an engine needs it at all.</summary>
    /// <param name="edition">The edition.</param>
    /// <param name="engine">The engine, where known.</param>
    public bool AppliesTo(string edition, DatabaseEngine? engine) =>
        (_spec.Editions.Count == 0 || _spec.Editions.Contains(edition))
        && (_spec.Engines.Count == 0 || engine is null || _spec.Engines.Contains(engine.Value.ToString()));
}
