using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Backups;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>Reads and compares the numbers that an upgrade must not lower.</summary>
internal static class InvariantGuard
{
    /// <summary>Reads the invariants that the deployment's present version and engine have.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IReadOnlyList<InvariantValue>> ReadAsync(RunContext run, CancellationToken cancellationToken)
    {
        var applicable = Applicable(run);
        if (applicable.Count == 0) return [];
        var database = await run.OpenDatabaseAsync(cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            return await database.ReadInvariantsAsync(applicable, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Tells what is worse than before. One that could be read before and can't be now counts as worse, unless the definition says that the
    /// present version no longer has it.
    /// </summary>
    /// <param name="run">The run; its deployment's version is the present one.</param>
    /// <param name="before">The numbers before.</param>
    /// <param name="now">The numbers now.</param>
    public static IReadOnlyList<string> Compare(RunContext run, IReadOnlyList<InvariantValue> before, IReadOnlyList<InvariantValue> now)
    {
        var applicable = Applicable(run).Select(invariant => invariant.Name).ToHashSet(StringComparer.Ordinal);
        var failures = new List<string>();
        foreach (var (name, was) in before.Where(value => value.Value is not null).Select(value => (value.Name, value.Value!.Value)))
        {
            if (!applicable.Contains(name)) continue;
            var value = now.FirstOrDefault(other => other.Name == name);
            if (value?.Value is not { } number)
            {
                failures.Add(string.Create(CultureInfo.InvariantCulture, $"'{name}' was {was} and can't be read any more ({value?.Detail ?? "no answer"})"));
            }
            else if (number < was)
            {
                failures.Add(string.Create(CultureInfo.InvariantCulture, $"'{name}' fell from {was} to {number}"));
            }
        }

        return failures;
    }

    private static IReadOnlyList<InvariantSpec> Applicable(RunContext run)
    {
        var deployment = run.Deployment.Deployment;
        if (deployment.Database is not { } database) return [];
        return InvariantSelection.For(run.Deployment.Spec, database.Engine, deployment.Version);
    }
}
