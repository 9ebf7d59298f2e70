using UpgradeModule.Engine.Deployments;

namespace UpgradeModule.Engine.Upgrades.MigrateDown;

/// <summary>Finds an older version in what upgrades kept of it, so that it need not be fetched again.</summary>
internal static class KeptVersions
{
    /// <summary>Completes a request by what was kept.</summary>
    /// <param name="records">What the runs of the deployment wrote down.</param>
    /// <param name="request">The request; a file that the caller gave stays.</param>
    public static SourceRequest Complete(RecordedLists records, SourceRequest request)
    {
        if (request.Path is not null || request.Image is not null) return request;
        foreach (var kept in records.Kept(request.Version))
        {
            if (kept.Kind == "Artifact" && File.Exists(kept.Location)) return request with { Path = kept.Location };
            if (kept.Kind == "Container" && request.Registry is null && kept.Data.TryGetValue("image", out var image) && image.Contains('@', StringComparison.Ordinal)) return request with { Image = image };
        }

        return request;
    }
}
