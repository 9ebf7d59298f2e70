using System.Collections;
using System.Management.Automation;

namespace UpgradeModule.Pipeline;

/// <summary>A cmdlet that tells the end of runs.</summary>
internal interface IEndNotices
{
    /// <summary>Run at the end of each run, with its result.</summary>
    ScriptBlock? OnEnd { get; }

    /// <summary>The address that the end of each run is posted to.</summary>
    Uri? WebhookUri { get; }

    /// <summary>Headers of that post.</summary>
    Hashtable? WebhookHeader { get; }

    /// <summary>Whether the post may go to an address without encryption.</summary>
    SwitchParameter AllowUnencryptedWebhook { get; }
}
