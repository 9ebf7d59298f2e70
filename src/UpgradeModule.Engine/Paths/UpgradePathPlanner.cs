using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Paths;

/// <summary>Works out upgrade paths from a definition's data alone.</summary>
/// <param name="time">The clock, by which support has ended or not.</param>
internal sealed class UpgradePathPlanner(TimeProvider? time = null) : IUpgradePathPlanner
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <inheritdoc/>
    public UpgradePath Plan(AppSpec spec, PathRequest request)
    {
        var index = PathIndex.Of(spec);
        var scheme = index.Scheme;
        var wanted = scheme.ParseTarget(request.To);
        var editions = PathEditions.Of(scheme, request, wanted);
        var from = scheme.Neutral(request.From);
        var target = new TargetResolver(spec, scheme, editions.To, index.Edition(editions.To)).Find(wanted, from, request.IncludePrerelease);
        var variant = wanted.Version?.Variant is { Length: > 0 } asked ? asked : request.From.Variant;
        var walk = new PathWalk(spec, index, editions, request.Deployment?.Database?.Engine) { Variant = variant };
        var stops = walk.Go(from, scheme.In(request.From, editions.From), target, wanted);
        var to = stops.Count > 0 ? stops[^1].To : scheme.In(request.From, editions.To);
        return new UpgradePath
        {
            App = spec.Name,
            Edition = editions.To,
            From = scheme.In(request.From, editions.From),
            To = to,
            Stops = stops,
            Warnings = PathWarnings.Of(spec, index, editions, from, target, stops, variant, DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime)),
            Deployment = request.Deployment,
        };
    }
}
