using System.Collections;
using System.ComponentModel;
using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Completion;
using UpgradeModule.Errors;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>The base of the cmdlets that go on with upgrade runs or take them back: by the run, its id, or the deployment, whose newest run it is then.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class RunCmdlet : StoreCmdlet, IEndNotices
{
    /// <summary>The parameter set that takes runs.</summary>
    internal const string ByRun = nameof(ByRun);

    /// <summary>The runs, as Get-UpgradeRun and Invoke-AppUpgrade give them; an id stands for one, a deployment's name for its newest.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByRun, ValueFromPipeline = true, HelpMessage = "A run, as Get-UpgradeRun gives it, its id, or the name of a deployment, whose newest run it is then.")]
    [Alias("RunId", "Id")]
    [RunTransformation]
    [ArgumentCompleter(typeof(RunCompleter))]
    [ValidateNotNullOrEmpty]
    public UpgradeRun[] Run { get; set; } = [];

    /// <summary>The deployments whose newest run is meant; a name stands for the stored one.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DeploymentCmdlet.ByDeployment, ValueFromPipeline = true, HelpMessage = "A deployment, whose newest run it is then.")]
    [DeploymentTransformation]
    [ArgumentCompleter(typeof(DeploymentNameCompleter))]
    [ValidateNotNullOrEmpty]
    public AppDeployment[] Deployment { get; set; } = [];

    /// <summary>The log-in for the application's database, in place of the application's own. It is never kept, so it is given again.</summary>
    [Parameter(HelpMessage = "The log-in for the application's database, in place of the application's own.")]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>A log-in that may create databases on the same server.</summary>
    [Parameter(HelpMessage = "A log-in that may create databases on the same server.")]
    [Credential]
    public PSCredential? MaintenanceCredential { get; set; }

    /// <summary>The log-in of the registry that images come from.</summary>
    [Parameter(HelpMessage = "The log-in of the registry; docker's own configuration is asked without it.")]
    [Credential]
    public PSCredential? RegistryCredential { get; set; }

    /// <summary>How long to wait for the application without a sign of progress: a time span, or seconds.</summary>
    [Parameter(HelpMessage = "How long to wait without a sign of progress: a time span, or seconds.")]
    [SecondsTransformation]
    public TimeSpan? Timeout { get; set; }

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

    /// <summary>Going on or back takes the time it takes: leaving half-way would leave the application down.</summary>
    private protected override TimeSpan StopGrace => System.Threading.Timeout.InfiniteTimeSpan;

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        // A mistake in it is told while nothing is touched yet, also of a run that has nothing to go on with.
        _ = EndNotice.Target(WebhookUri, WebhookHeader, AllowUnencryptedWebhook);
        if (ParameterSetName == ByRun)
        {
            foreach (var given in Run)
            {
                if (TryRun(given.RunId, operation => FindAsync(given, operation), out var found)) ProcessRun(found.Run, found.Deployment);
            }

            return;
        }

        foreach (var deployment in Resolved(Deployment))
        {
            if (TryRun(deployment.Name, operation => NewestAsync(deployment, operation), out var run)) ProcessRun(run, deployment);
        }
    }

    /// <summary>Processes one run, on the pipeline thread.</summary>
    /// <param name="run">The run.</param>
    /// <param name="deployment">Its deployment, as it is stored now or was given.</param>
    private protected abstract void ProcessRun(UpgradeRun run, AppDeployment deployment);

    /// <summary>Writes how a run ended, and an error where it didn't end well.</summary>
    /// <param name="result">How it ended.</param>
    /// <param name="fails">Whether that is a failure.</param>
    private protected void Report(UpgradeResult result, bool fails)
    {
        WriteObject(result);
        if (fails) WriteError(ErrorFactory.Create(ResultText.Failure(result), result.Deployment.Name));
    }

    private async Task<Found> FindAsync(UpgradeRun given, PipelineOperation operation)
    {
        var run = given;
        if (RunTransformationAttribute.IsNameOnly(given))
        {
            var runs = await Session.Engine.Upgrades.ListAsync(null, operation.Token).ConfigureAwait(false);
            run = runs.FirstOrDefault(one => string.Equals(one.RunId, given.RunId, StringComparison.OrdinalIgnoreCase))
                ?? runs.FirstOrDefault(one => string.Equals(one.Deployment.Name, given.RunId, StringComparison.OrdinalIgnoreCase))
                ?? throw new UpgradeException("RunNotFound", UpgradeErrorCategory.ObjectNotFound, given.RunId, $"The store knows no upgrade run '{given.RunId}', and none of a deployment of that name.", "Get-UpgradeRun lists those that it knows.");
        }

        // What was mended since, by Set-AppDeployment, counts.
        var stored = await Session.Engine.Deployments.ListAsync(operation.Token).ConfigureAwait(false);
        var deployment = run.Deployment.Stored ? stored.FirstOrDefault(one => string.Equals(one.Name, run.Deployment.Name, StringComparison.OrdinalIgnoreCase)) : null;
        return new Found(run, deployment ?? run.Deployment);
    }

    private async Task<UpgradeRun> NewestAsync(AppDeployment deployment, PipelineOperation operation)
    {
        var runs = await Session.Engine.Upgrades.ListAsync(deployment, operation.Token).ConfigureAwait(false);
        return runs.Count > 0
            ? runs[0]
            : throw new UpgradeException("RunNotFound", UpgradeErrorCategory.ObjectNotFound, deployment.Name, $"'{deployment.Name}' has never been upgraded: there is no run of it.", "Get-UpgradeRun lists those that the store knows.");
    }

    private sealed record Found(UpgradeRun Run, AppDeployment Deployment);
}
