using System.Management.Automation;
using UpgradeModule.Completion;

namespace UpgradeModule.Commands;

/// <summary>Gets upgrade runs, newest first: what was done when, by whom, how it ended and what is kept for the way back.</summary>
[Cmdlet(VerbsCommon.Get, "UpgradeRun", DefaultParameterSetName = All)]
[OutputType(typeof(UpgradeRun))]
public sealed class GetUpgradeRunCommand : DeploymentCmdlet
{
    private const string All = nameof(All);

    /// <summary>The ids of runs; wildcards are allowed. All where empty.</summary>
    [Parameter(HelpMessage = "The id of a run; wildcards are allowed.")]
    [Alias("Id")]
    [ArgumentCompleter(typeof(RunCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] RunId { get; set; } = ["*"];

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        switch (ParameterSetName)
        {
            case All:
                Write(null, null, null);
                break;
            case ByDeployment:
                foreach (var deployment in Resolved(Deployment)) Write(deployment.Name, deployment, null);
                break;
            default:
                foreach (var name in Name)
                {
                    // Runs outlive the registration of their deployment. Only a name that means nothing at all is a mistake.
                    var none = Write(name, null, WildcardPattern.Get(name, WildcardOptions.IgnoreCase)) == 0;
                    if (none && !WildcardPattern.ContainsWildcardCharacters(name)) StoredByName([name]);
                }

                break;
        }
    }

    private int Write(object? target, AppDeployment? deployment, WildcardPattern? name)
    {
        if (!TryRun(target, operation => Session.Engine.Upgrades.ListAsync(deployment, operation.Token), out var runs)) return -1;
        var ids = RunId.Select(id => WildcardPattern.Get(id, WildcardOptions.IgnoreCase)).ToList();
        var found = runs.Where(run => name?.IsMatch(run.Deployment.Name) != false && ids.Exists(id => id.IsMatch(run.RunId))).ToList();
        WriteObject(found, enumerateCollection: true);
        return found.Count;
    }
}
