namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>Every stop's version can be had: its file or its image.</summary>
internal sealed class ArtifactAvailableCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "ArtifactAvailable";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var check in await context.SourcesAsync().ConfigureAwait(false))
        {
            if (check.Problem is { } problem) findings.Add(Finding.Blocker(problem, check.Remedy, check.Target));
            else if (check.Warning is { } warning) findings.Add(Finding.Warning(warning, check.Remedy, check.Target));
        }

        return findings;
    }
}
