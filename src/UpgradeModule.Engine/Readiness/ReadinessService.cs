using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Paths;

namespace UpgradeModule.Engine.Readiness;

/// <summary>Makes every check beside the others, and gathers what they found in the order of their list.</summary>
internal sealed class ReadinessService(ReadinessServices services, IReadOnlyList<IReadinessCheck>? checks = null) : IReadinessService
{
    private readonly IReadOnlyList<IReadinessCheck> _checks = checks ?? ReadinessChecks.All;

    /// <inheritdoc/>
    public async Task<ReadinessResult> CheckAsync(DeploymentContext context, ReadinessRequest request, CancellationToken cancellationToken)
    {
        var (path, refused) = Plan(context, request);
        var shared = new ReadinessContext(services, context, request, path, cancellationToken);
        var checks = _checks.Where(check => check.Concerns(shared)).ToList();
        var results = await Task.WhenAll(checks.Select(check => RunAsync(check, shared, cancellationToken))).ConfigureAwait(false);
        var findings = results.SelectMany(result => result).ToList();
        if (refused is not null) findings.Insert(0, refused.Value);
        IReadOnlyList<Blocker> blockers = [.. findings.Where(found => found.Finding.Blocks).Select(ToBlocker)];
        return new ReadinessResult
        {
            Deployment = context.Deployment,
            Ready = blockers.Count == 0,
            Blockers = blockers,
            Warnings = [.. findings.Where(found => !found.Finding.Blocks).Select(ToBlocker)],
            Path = path,
            Checks = [.. checks.Select(check => check.Name)],
        };
    }

    private static async Task<IReadOnlyList<(string Check, Finding Finding)>> RunAsync(IReadinessCheck check, ReadinessContext context, CancellationToken cancellationToken)
    {
        try
        {
            // Off this thread: a check that reads a folder of a slow share must not hold the others up.
            var found = await Task.Run(() => check.RunAsync(context, cancellationToken), cancellationToken).ConfigureAwait(false);
            return [.. found.Select(finding => (check.Name, finding))];
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            var remedy = (failure as UpgradeException)?.Remedy is null ? "Mend what it names, or report it if it names nothing." : "";
            return [("CheckFailed", Finding.Blocker($"The check {check.Name} could not be made: {failure.Message}", remedy, check.Name))];
        }
    }

    private (UpgradePath Path, (string Check, Finding Finding)? Refused) Plan(DeploymentContext context, ReadinessRequest request)
    {
        if (request.Path is not null) return (request.Path, null);
        var deployment = context.Deployment;
        var empty = new UpgradePath { App = context.Spec.Name, Edition = deployment.Edition, From = deployment.Version!, To = deployment.Version!, Deployment = deployment };
        if (deployment.Version is null)
        {
            return (empty, ("PathExists", Finding.Blocker($"The version of {deployment.Name} is not known, so no path can be worked out.", "Start the application, or set the deployment's version.", deployment.Name)));
        }

        try
        {
            var edition = VersionScheme.Of(context.Spec).EditionOf(deployment.Version) ?? deployment.Edition;
            return (services.Planner.Plan(context.Spec, new PathRequest { From = deployment.Version, Edition = edition, Deployment = deployment }), null);
        }
        catch (UpgradeException failure)
        {
            return (empty, ("PathExists", Finding.Blocker(failure.Message, "", failure.Target?.ToString())));
        }
    }

    private static Blocker ToBlocker((string Check, Finding Finding) found) => new()
    {
        Check = found.Check,
        Message = found.Finding.Message,
        Remedy = found.Finding.Remedy,
        Target = found.Finding.Target,
    };
}
