using System.Management.Automation;

namespace UpgradeModule.Commands;

/// <summary>
/// Tests whether the history of upgrade runs is as it was written: each entry holds on to the one before it by its hash, and the record of each run is
/// the one that its last entry tells of. With the head of a report or a notification it also tells whether the history still goes through that point.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "UpgradeHistory", DefaultParameterSetName = All)]
[OutputType(typeof(HistoryTestResult), typeof(bool))]
public sealed class TestUpgradeHistoryCommand : DeploymentCmdlet
{
    private const string All = nameof(All);

    private readonly List<HistoryTestResult> _found = [];

    /// <summary>The head of the history as a report, a notification or a run's HistoryHead tells it.</summary>
    [Parameter(HelpMessage = "The head of the history as a report, a notification or a run's HistoryHead tells it.")]
    [Alias("HistoryHead")]
    [ValidatePattern("^[0-9A-Fa-f]{64}$")]
    public string? Head { get; set; }

    /// <summary>Gives only whether all is intact, and the head still part of it.</summary>
    [Parameter(HelpMessage = "Gives only whether all is intact, and the head still part of it.")]
    public SwitchParameter Quiet { get; set; }

    /// <summary>Gives the answer of -Quiet, once all journals were tested.</summary>
    protected override void EndProcessing()
    {
        if (Quiet) WriteObject(_found.Count > 0 && _found.TrueForAll(static one => one.Intact) && (Head is null || _found.Exists(static one => one.ContainsHead == true)));
        base.EndProcessing();
    }

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        if (ParameterSetName == All) Test(null);
        else base.ProcessInput();
    }

    /// <inheritdoc/>
    private protected override void ProcessDeployment(AppDeployment deployment) => Test(deployment);

    private void Test(AppDeployment? deployment)
    {
        if (!TryRun(deployment?.Name, operation => Session.Engine.Upgrades.TestHistoryAsync(deployment, Head, operation.Token), out var results)) return;

        // The store is the journal of many deployments; it is told once.
        foreach (var result in results.Where(result => !_found.Exists(one => one.Journal == result.Journal)))
        {
            _found.Add(result);
            if (!Quiet) WriteObject(result);
        }
    }
}
