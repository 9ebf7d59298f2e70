using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Readiness;

namespace UpgradeModule.Engine;

/// <summary>Says that nothing was checked: an upgrade that nobody looked at must not start.</summary>
internal sealed class ReadinessPending : IReadinessService
{
    /// <inheritdoc/>
    public Task<ReadinessResult> CheckAsync(DeploymentContext context, ReadinessRequest request, CancellationToken cancellationToken) => Task.FromResult(new ReadinessResult
    {
        Deployment = context.Deployment,
        Path = request.Path,
        Blockers = [new Blocker { Check = "Readiness", Message = "The checks are not part of this build.", Remedy = "Use a newer build." }],
    });
}
