using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Upgrades.MigrateDown;

namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>
/// Fetches and verifies the versions of all stops before the first one: a mirror that is down at the third stop must be known now. The host
/// lays them ready, so that the swap is short.
/// </summary>
internal sealed class FetchArtifacts() : UpgradeActionBase("Fetch", "Fetch and verify the versions of all stops")
{
    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        var given = new ArtifactSource(run.Services.Artifacts);
        var spec = run.Deployment.Spec;
        var sources = run.Recorder.Document.Sources.Take(run.Done).ToList();

        // On the way down the versions between are needed too, and what upgrades kept of them need not be fetched.
        var down = run.IsDown;
        var records = down ? await RecordedLists.ReadAsync(run.Services, run.Deployment, cancellationToken).ConfigureAwait(false) : null;
        var path = down ? run.Path with { Stops = [.. run.Path.Stops.SelectMany(DownLeg.Of).Select(leg => leg.Stop)] } : run.Path;
        foreach (var stop in path.Stops.Skip(run.Done))
        {
            var request = new SourceRequest
            {
                Version = stop.To,
                Edition = stop.Edition,
                Path = await given.FindAsync(spec, path, stop, run.Request.ArtifactPath, cancellationToken).ConfigureAwait(false),
                BaseUrl = run.Request.BaseUrl,
                Sha256 = run.Request.Sha256,
                Registry = run.Request.Registry,
                RegistryCredential = run.Deployment.RegistryCredential,
            };
            if (records is not null) request = KeptVersions.Complete(records, request);
            var source = await run.Host.FetchAsync(run.Deployment, request, cancellationToken).ConfigureAwait(false);
            sources.Add(source.Artifact is { } artifact ? source with { Artifact = artifact with { Source = Addresses.WithoutLogin(artifact.Source) } } : source);
        }

        run.Recorder.Sources(sources);
        return ActionResult.Done(string.Join("; ", sources.Select(Describe)));
    }

    private static string Describe(InstallSource source) => source switch
    {
        { Artifact: { } artifact } => $"{source.Version} ({(artifact.Cached ? "already there" : "fetched")}, verified by {artifact.VerifiedBy})",
        { Image: { } image } => $"{source.Version} ({(image.Cached ? "already there" : "pulled")}, {(image.Digest.Length > 0 ? image.Digest : image.ImageId)})",
        _ => source.Version.Text,
    };
}
