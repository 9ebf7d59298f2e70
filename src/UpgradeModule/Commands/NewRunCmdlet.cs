using System.Collections;
using System.ComponentModel;
using System.Management.Automation;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>The base of the cmdlets that begin runs: they tell their end, and answer Ctrl+C at once, though going back takes the time it takes.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class NewRunCmdlet : SourceCmdlet, IEndNotices
{
    /// <summary>Run at the end of each run, with its result as <c>$_</c> and first argument. What fails in it is a warning.</summary>
    [Parameter(HelpMessage = "Run at the end of each run, with its result as $_.")]
    [ValidateNotNull]
    public ScriptBlock? OnEnd { get; set; }

    /// <summary>The address that the end of each run is posted to, as JSON; https, or this machine's own.</summary>
    [Parameter(HelpMessage = "The address that the end of each run is posted to, as JSON.")]
    [ValidateNotNull]
    public Uri? WebhookUri { get; set; }

    /// <summary>Headers of that post; each value is a reference: <c>env:NAME</c>, <c>file:PATH</c>, <c>secret:NAME</c>.</summary>
    [Parameter(HelpMessage = "Headers of that post; each value is a reference: env:NAME, file:PATH, secret:NAME.")]
    [ValidateNotNull]
    public Hashtable? WebhookHeader { get; set; }

    /// <summary>Lets the post go to an address without encryption.</summary>
    [Parameter(HelpMessage = "Lets the post go to an address without encryption.")]
    public SwitchParameter AllowUnencryptedWebhook { get; set; }

    /// <summary>Going back takes the time it takes: leaving half-way would leave the application down.</summary>
    private protected override TimeSpan StopGrace => System.Threading.Timeout.InfiniteTimeSpan;
}
