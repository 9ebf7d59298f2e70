using System.ComponentModel;
using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>The base of the cmdlets that use the engine: one engine for all inputs of a cmdlet.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract partial class StoreCmdlet : UpgradeCmdlet
{
    private EngineSession? _session;

    /// <summary>
    /// The store's file. Without it: the environment variable <c>UPGRADEMODULE_STORE</c>, else one for the machine for root and administrators,
    /// else one for the user.
    /// </summary>
    [Parameter(HelpMessage = "The file of the store that deployments, definitions and runs are kept in.")]
    [ValidateNotNullOrEmpty]
    public string? StorePath { get; set; }

    /// <summary>The engine as this cmdlet uses it.</summary>
    private protected EngineSession Session => _session ??= new EngineSession(StorePath is null ? null : FullPath(StorePath));

    /// <summary>Gets the stored deployments of some names or patterns. A name without a deployment is written as an error.</summary>
    /// <param name="names">The names and patterns.</param>
    private protected List<AppDeployment> StoredByName(IEnumerable<string> names)
    {
        var found = new List<AppDeployment>();
        foreach (var name in names)
        {
            if (!WildcardPattern.ContainsWildcardCharacters(name))
            {
                if (TryRun(name, operation => Session.Engine.Deployments.GetAsync(name, operation.Token), out var one)) found.Add(one);
                continue;
            }

            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            if (TryRun(name, operation => Session.Engine.Deployments.ListAsync(operation.Token), out var all)) found.AddRange(all.Where(deployment => pattern.IsMatch(deployment.Name)));
        }

        return found;
    }

    /// <summary>Takes deployments as they are, and gets those that are only named from the store.</summary>
    /// <param name="deployments">The deployments.</param>
    private protected List<AppDeployment> Resolved(IEnumerable<AppDeployment> deployments)
    {
        var resolved = new List<AppDeployment>();
        foreach (var deployment in deployments)
        {
            if (DeploymentTransformationAttribute.IsNameOnly(deployment)) resolved.AddRange(StoredByName([deployment.Name]));
            else resolved.Add(deployment);
        }

        return resolved;
    }

    /// <summary>Gives the engine back.</summary>
    protected override void EndProcessing() => Close();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) Close();
    }

    private void Close()
    {
        var session = _session;
        _session = null;
        if (session is not null) Finish(() => session.DisposeAsync().AsTask());
    }
}
