using UpgradeModule.Engine.Artifacts;

namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>
/// Fetches and verifies the artifacts of all stops before the first one: a mirror that is down at the third stop must be known now. They are
/// laid beside the installed artifact, on the same file system, so that the swap is a rename.
/// </summary>
internal sealed class FetchArtifacts() : UpgradeActionBase("Fetch", "Fetch and verify the artifacts of all stops")
{
    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        var source = new ArtifactSource(run.Services.Artifacts);
        var artifacts = new List<AppArtifact>();
        foreach (var stop in run.Path.Stops)
        {
            var path = await source.FindAsync(run.Deployment.Spec, run.Path, stop, run.Request.ArtifactPath, cancellationToken).ConfigureAwait(false);
            var request = new ArtifactRequest
            {
                Version = stop.To,
                Edition = stop.Edition,
                Path = path,
                BaseUrl = run.Request.BaseUrl,
                Sha256 = run.Request.Sha256,
                Destination = ArtifactFolder.For(run.Deployment.Deployment),
            };
            var artifact = await run.Services.Artifacts.FetchAsync(run.Deployment.Spec, request, run.Operation, cancellationToken).ConfigureAwait(false);
            artifacts.Add(artifact with { Source = Addresses.WithoutLogin(artifact.Source) });
        }

        run.Recorder.Artifacts(artifacts);
        return ActionResult.Done(string.Join("; ", artifacts.Select(artifact => $"{artifact.Version} ({(artifact.Cached ? "already there" : "fetched")}, verified by {artifact.VerifiedBy})")));
    }
}
