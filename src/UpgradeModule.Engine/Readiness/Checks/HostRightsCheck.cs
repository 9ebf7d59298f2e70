namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The caller may stop and start the service: what only the stop would tell is told before the downtime.</summary>
internal sealed class HostRightsCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "HostRights";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        var check = await context.Host.CheckRightsAsync(context.Deployment, cancellationToken).ConfigureAwait(false);
        if (check.Missing is not { } missing) return [];
        return [check.Certain ? Finding.Blocker(missing, check.Remedy, context.Name) : Finding.Warning(missing, check.Remedy, context.Name)];
    }
}
