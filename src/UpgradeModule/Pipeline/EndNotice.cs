using System.Collections;
using System.Management.Automation;
using UpgradeModule.Engine.Upgrades.Notices;

namespace UpgradeModule.Pipeline;

/// <summary>Tells the end of a run, to a script block and to a webhook. What fails there is a warning.</summary>
internal static class EndNotice
{
    /// <summary>Makes the webhook's target of a cmdlet's parameters, and checks it while nothing is touched yet.</summary>
    /// <param name="address">The address; none for no webhook.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="allowUnencrypted">Whether it need not be encrypted.</param>
    /// <exception cref="UpgradeException"><c>WebhookInvalid</c>, <c>SecretReferenceInvalid</c>.</exception>
    public static object? Target(Uri? address, Hashtable? headers, bool allowUnencrypted)
    {
        if (address is null) return null;
        var target = new WebhookTarget
        {
            Address = address,
            Headers = (headers ?? []).Cast<DictionaryEntry>().ToDictionary(static entry => entry.Key.ToString() ?? "", static entry => entry.Value?.ToString() ?? "", StringComparer.OrdinalIgnoreCase),
            AllowUnencrypted = allowUnencrypted,
        };
        RunNotifier.Check(target);
        return target;
    }

    /// <summary>Posts the end of a run, also one that was cancelled.</summary>
    /// <param name="result">The run at its end.</param>
    /// <param name="target">What <see cref="Target"/> made.</param>
    /// <param name="operation">Who is told.</param>
    public static async Task PostAsync(UpgradeResult result, object? target, PipelineOperation operation)
    {
        if (target is WebhookTarget webhook) await RunNotifier.PostAsync(result, webhook, operation, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Runs the script block, on the pipeline thread.</summary>
    /// <param name="block">The script block; none for nothing.</param>
    /// <param name="result">The run at its end: its first argument, and <c>$_</c>.</param>
    /// <param name="warn">Warns.</param>
    public static void Run(ScriptBlock? block, UpgradeResult result, Action<string> warn)
    {
        if (block is null) return;
        try
        {
            // Its output would be taken for the cmdlet's own.
            _ = block.InvokeWithContext(null, [new PSVariable("_", result)], result);
        }
        catch (Exception failure) when (failure is RuntimeException and not PipelineStoppedException)
        {
            warn($"The script block of -OnEnd failed for the run {result.RunId}: {failure.Message} The run itself ended as its result says.");
        }
    }
}
