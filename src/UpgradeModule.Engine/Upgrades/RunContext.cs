using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>A run while it runs: what its actions share.</summary>
internal sealed class RunContext
{
    private HopState? _forgotten;

    /// <summary>The other rooms.</summary>
    public required UpgradeServices Services { get; init; }

    /// <summary>What was asked for.</summary>
    public required UpgradeRequest Request { get; init; }

    /// <summary>The path that is walked.</summary>
    public required UpgradePath Path { get; init; }

    /// <summary>Who writes the run's record.</summary>
    public required RunRecorder Recorder { get; init; }

    /// <summary>The deployment as it is now: version and edition change as the run goes on.</summary>
    public required DeploymentContext Deployment { get; set; }

    /// <summary>Why the database could not be locked; readiness tells it with its remedy.</summary>
    public Exception? LockFailure { get; init; }

    /// <summary>Whether the run was taken up again after its process had died.</summary>
    public bool WasCut { get; init; }

    /// <summary>How long the application could not be used.</summary>
    public DowntimeClock Downtime { get; } = new();

    /// <summary>The hop that is under way.</summary>
    public HopState? Hop { get; private set; }

    /// <summary>The version of the last completed stop, or the one at the start.</summary>
    public AppVersion Reached { get; private set; } = null!;

    /// <summary>Who is told.</summary>
    public IOperationContext Operation => Deployment.Operation;

    /// <summary>What runs the deployment.</summary>
    public IAppHost Host => Services.Hosts(Deployment.Deployment.HostKind);

    /// <summary>Whether the application has a database.</summary>
    public bool HasDatabase => Deployment.Deployment.Database is not null;

    /// <summary>The application's name and the deployment's, for messages.</summary>
    public string AppName => Deployment.Spec.DisplayName.Length > 0 ? Deployment.Spec.DisplayName : Deployment.Deployment.App;

    /// <summary>Whether the run migrates down.</summary>
    public bool IsDown => Recorder.Document.Run.Kind == UpgradeRunKind.MigrateDown;

    /// <summary>What the run is, for messages: <c>upgrade</c>.</summary>
    public string Deed => IsDown ? "migration down" : "upgrade";

    /// <summary>Opens the database. It is opened anew for every use: whoever stays connected would stand in the way of swaps.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<IAppDatabase> OpenDatabaseAsync(CancellationToken cancellationToken) => Services.OpenDatabase(Deployment, cancellationToken);

    /// <summary>How many stops are completed.</summary>
    public int Done { get; private set; }

    /// <summary>What of the path has not been walked.</summary>
    public UpgradePath Remaining => Path with { From = Reached, Stops = [.. Path.Stops.Skip(Done)] };

    /// <summary>The run begins at a version.</summary>
    /// <param name="version">The version that runs.</param>
    /// <param name="done">How many stops are completed.</param>
    public void StartFrom(AppVersion version, int done = 0)
    {
        Reached = version;
        Done = done;
        Recorder.Snapshot = Snapshot;
    }

    /// <summary>A hop begins.</summary>
    /// <param name="index">The index of the stop that it leads to.</param>
    public HopState BeginHop(int index)
    {
        var stop = Path.Stops[index];
        Hop = new HopState
        {
            Stop = stop,
            Index = index,
            FirstEntry = _forgotten?.Index == index ? _forgotten.FirstEntry : Recorder.Document.Run.Steps.Count,
            Label = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Recorder.Document.Run.RunId}-{stop.Order}"),
            Before = Deployment,
        };
        return Hop;
    }

    /// <summary>A hop that another process began is taken up.</summary>
    /// <param name="record">The hop as the journal has it.</param>
    public HopState TakeUpHop(HopRecord record)
    {
        var stop = Path.Stops[record.Index];
        MoveTo(stop.From, record.Edition);
        Hop = HopState.Of(record, stop, Deployment);
        return Hop;
    }

    /// <summary>A hop in which nothing was touched is forgotten, to be begun anew.</summary>
    public void ForgetHop()
    {
        _forgotten = Hop;
        Hop = null;
    }

    /// <summary>A hop is completed: its version is what a later failure goes back to.</summary>
    public void CompleteHop()
    {
        Reached = Hop!.Stop.To;
        Done = Hop.Index + 1;
        Hop = null;
    }

    /// <summary>The deployment is at another version from now on.</summary>
    /// <param name="version">The version.</param>
    /// <param name="edition">The edition.</param>
    public void MoveTo(AppVersion version, string edition) =>
        Deployment = Deployment with { Deployment = Deployment.Deployment with { Version = version, Edition = edition.Length > 0 ? edition : Deployment.Deployment.Edition } };

    /// <summary>The run ends with its way back failed: what is where is told as a warning, and written down.</summary>
    /// <param name="errorId">What failed, in one word.</param>
    /// <param name="message">What failed, and what is where.</param>
    public Task<UpgradeResult> EndFailedAsync(string errorId, string message)
    {
        Operation.Warning(message);
        return Recorder.EndAsync(
            record => record with
            {
                Outcome = UpgradeOutcome.Failed,
                Reached = null,
                Deployment = Deployment.Deployment,
                Downtime = Downtime.Elapsed,
                Error = message,
                ErrorId = errorId,
                Message = message,
            },
            CancellationToken.None);
    }

    // One that failed in its way back still needs what is known of its hop.
    private static bool IsOpen(UpgradeOutcome? outcome) => outcome is null or UpgradeOutcome.Failed;

    /// <summary>The run's record with everything that another process would need, as it is at this moment.</summary>
    private RunDocument Snapshot(RunDocument document) => document with
    {
        CompletedStops = Done,
        Hop = IsOpen(document.Run.Outcome) ? Hop?.ToRecord() : null,
        Back = IsOpen(document.Run.Outcome) ? document.Back : null,
        DownSince = Downtime.Since,
        Run = document.Run with { Downtime = Downtime.Elapsed, Reached = document.Run.Outcome == UpgradeOutcome.Failed ? document.Run.Reached : Reached },
    };
}
