using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Upgrades.Actions;
using UpgradeModule.Engine.Upgrades.MigrateDown;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>The actions of a run, in their order.</summary>
internal static class RunPlan
{
    /// <summary>What is found out before anything is written down: a run that readiness refuses leaves no trace.</summary>
    /// <param name="path">The path.</param>
    /// <param name="pending">The steps that an earlier run paused at, after the stop that runs now.</param>
    public static IReadOnlyList<IUpgradeAction> Questions(UpgradePath path, StepsAfter? pending)
    {
        var actions = new List<IUpgradeAction>();
        if (pending is not null) actions.Add(pending);
        if (path.Stops.Count == 0) return actions;
        actions.Add(new CheckReadiness());
        if (path.Stops[0].StepsBefore.Count > 0) actions.Add(new StepsBefore(path.Stops[0]));
        return actions;
    }

    /// <summary>What is done once, before the first stop; the application runs on.</summary>
    public static IReadOnlyList<IUpgradeAction> Preparations() => [new FetchArtifacts(), new MakeBackup(), new ProveBackup()];

    /// <summary>What is done at a stop until its version is healthy with all of its data.</summary>
    /// <param name="path">The path.</param>
    /// <param name="index">The stop's index.</param>
    /// <param name="spec">The app definition.</param>
    public static IReadOnlyList<IUpgradeAction> Hop(UpgradePath path, int index, AppSpec spec)
    {
        var stop = path.Stops[index];
        var actions = new List<IUpgradeAction>();
        if (DownLeg.LeadsDown(spec, stop)) return Down(stop);

        // Those of the first stop were seen to before the backup.
        if (index > 0 && stop.StepsBefore.Count > 0) actions.Add(new StepsBefore(stop));
        actions.Add(new ReadInvariants(stop));
        actions.Add(new StopService(stop));
        actions.Add(new TakeRollbackPoint(stop));
        actions.Add(new SwapArtifact(stop, index));
        if (spec.Migrations is { UpCommand.Count: > 0 }) actions.Add(new MigrateUp(stop));
        actions.Add(new StartService(stop));
        actions.Add(new WaitHealthy(stop));
        actions.Add(new CompareInvariants(stop));
        return actions;
    }

    // Each leg's newer version migrates down, and makes room for the older one; only the last one is started.
    private static IReadOnlyList<IUpgradeAction> Down(UpgradeStop stop) =>
    [
        new ReadInvariants(stop), new StopService(stop), new TakeRollbackPoint(stop),
        .. DownLeg.Of(stop).SelectMany(leg => new IUpgradeAction[] { new TakeBackMigrations(leg), new SwapDown(leg) }),
        new StartService(stop), new WaitHealthy(stop), new CompareInvariants(stop),
    ];

    /// <summary>What is done after a completed stop.</summary>
    /// <param name="stop">The stop.</param>
    public static IReadOnlyList<IUpgradeAction> After(UpgradeStop stop) => stop.StepsAfter.Count > 0 ? [new StepsAfter(stop)] : [];

    /// <summary>How many actions a run has, for its progress.</summary>
    /// <param name="path">The path.</param>
    /// <param name="pending">The steps that an earlier run paused at.</param>
    /// <param name="spec">The app definition.</param>
    public static int Count(UpgradePath path, StepsAfter? pending, AppSpec spec) =>
        Questions(path, pending).Count + Preparations().Count + path.Stops.Select((stop, index) => Hop(path, index, spec).Count + After(stop).Count).Sum();
}
