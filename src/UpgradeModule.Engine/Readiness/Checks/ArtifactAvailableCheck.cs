using UpgradeModule.Engine.Artifacts;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The artifact of every stop can be had.</summary>
internal sealed class ArtifactAvailableCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "ArtifactAvailable";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (context.Deployment.Spec.Artifact is null) return [];
        var found = await Task.WhenAll(context.Path.Stops.Select(stop => CheckAsync(context, stop, cancellationToken))).ConfigureAwait(false);
        return [.. found.OfType<Finding>()];
    }

    private static async Task<Finding?> CheckAsync(ReadinessContext context, UpgradeStop stop, CancellationToken cancellationToken)
    {
        try
        {
            var spec = context.Deployment.Spec;
            var path = await new ArtifactSource(context.Services.Artifacts).FindAsync(spec, context.Path, stop, context.Request.ArtifactPath, cancellationToken).ConfigureAwait(false);
            var plan = ArtifactPlan.For(spec, new ArtifactRequest { Version = stop.To, Edition = stop.Edition, Path = path, BaseUrl = context.Request.BaseUrl, Destination = Destination(context) });
            if (plan.LocalPath is { } file) return await FileAsync(context, stop, file, cancellationToken).ConfigureAwait(false);

            // What was fetched before is verified again when it is used.
            if (plan.Target is { } target && File.Exists(target)) return await FileAsync(context, stop, target, cancellationToken).ConfigureAwait(false);
            return await AddressAsync(context, stop, plan, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure)
        {
            return Finding.Blocker(failure.Message, "", failure.Target?.ToString());
        }
    }

    private static string Destination(ReadinessContext context) => context.ArtifactPath is null ? "" : ArtifactFolder.For(context.Deployment.Deployment);

    private static async Task<Finding?> FileAsync(ReadinessContext context, UpgradeStop stop, string file, CancellationToken cancellationToken)
    {
        var version = await context.Services.Artifacts.ReadVersionAsync(context.Deployment.Spec, file, cancellationToken).ConfigureAwait(false);
        return version is null || version == stop.To
            ? null
            : Finding.Blocker($"The artifact '{file}' is version {version}, and the stop is {stop.To}.", "Give the artifact of that version.", file);
    }

    private static async Task<Finding?> AddressAsync(ReadinessContext context, UpgradeStop stop, ArtifactPlan plan, CancellationToken cancellationToken)
    {
        const string Remedy = "Check the network and the address, name a mirror with -BaseUrl, or fetch the artifact yourself and give its path with -ArtifactPath.";
        try
        {
            var status = (int)await context.Services.Head(plan.Address!, cancellationToken).ConfigureAwait(false);

            // 403 and 405 are what servers answer that know no HEAD: fetching will tell.
            return status is (>= 200 and < 400) or 403 or 405 or 501
                ? null
                : Finding.Blocker(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The artifact of {stop.To} is not at {plan.Shown}: it answers {status}."), Remedy, plan.Shown);
        }
        catch (HttpRequestException failure)
        {
            return Finding.Blocker($"The artifact of {stop.To} can't be fetched from {plan.Shown}: {failure.Message}", Remedy, plan.Shown);
        }
    }
}
