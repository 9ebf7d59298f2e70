using UpgradeModule.Engine.Readiness.Probing;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>A backup can be proven and a rollback point kept with the log-ins that are known.</summary>
internal sealed class DatabaseRightsCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "DatabaseRights";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (await context.ReachableAsync().ConfigureAwait(false) is not { } facts) return [];
        var target = context.Database!.ToString();
        var findings = facts.Missing.Where(missing => !DatabaseTools.Names(missing)).Select(missing => Finding.Blocker(missing, "", target)).ToList();
        if (!facts.CanProve && findings.Count == 0)
        {
            findings.Add(Finding.Blocker(
                $"There is no place where a backup of {target} could be restored to be proven.",
                "Give a log-in that may create databases (-MaintenanceCredential), or install the database's own server programs on this machine for a throw-away one (for PostgreSQL, Docker or Podman will do as well).",
                target));
        }

        return findings;
    }
}
