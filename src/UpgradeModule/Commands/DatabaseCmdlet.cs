using System.ComponentModel;
using System.Management.Automation;

namespace UpgradeModule.Commands;

/// <summary>The base of the cmdlets that reach a deployment's database.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class DatabaseCmdlet : DeploymentCmdlet
{
    /// <summary>The log-in for the application's database, in place of the application's own.</summary>
    [Parameter(HelpMessage = "The log-in for the application's database, in place of the application's own.")]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>A log-in that may create databases on the same server, for proofs and restores.</summary>
    [Parameter(HelpMessage = "A log-in that may create databases on the same server, for proofs and restores.")]
    [Credential]
    public PSCredential? MaintenanceCredential { get; set; }
}
