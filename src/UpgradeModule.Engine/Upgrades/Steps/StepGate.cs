using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Upgrades.Actions;

namespace UpgradeModule.Engine.Upgrades.Steps;

/// <summary>
/// Lets a run pass where every step is done, not needed or confirmed, and pauses it at the first that isn't. Definitions describe a step's
/// probes and its instructions, not an action: a step of kind <c>Automatic</c> passes by its probe alone and is a person's task until then.
/// </summary>
internal static class StepGate
{
    /// <summary>Looks at steps in their order.</summary>
    /// <param name="run">The run.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<ActionResult> PassAsync(RunContext run, IReadOnlyList<UpgradeStep> steps, CancellationToken cancellationToken)
    {
        if (steps.Count == 0) return ActionResult.Skipped("There are none.");
        var passed = new List<string>();
        foreach (var step in steps)
        {
            var spec = run.Deployment.Spec.Steps.FirstOrDefault(other => other.Id == step.Id);
            if (spec is { Engines.Count: > 0 } && run.Deployment.Deployment.Database is { } database && !spec.Engines.Contains(database.Engine.ToString(), StringComparer.OrdinalIgnoreCase))
            {
                passed.Add($"{step.Id}: not needed on {database.Engine}");
                continue;
            }

            var asked = await AskAsync(run, spec, step, cancellationToken).ConfigureAwait(false);
            if (asked.Needed == false) passed.Add($"{step.Id}: not needed");
            else if (asked.Done == true) passed.Add($"{step.Id}: done");
            else if (run.Request.ConfirmedSteps.Contains(step.Id, StringComparer.OrdinalIgnoreCase)) passed.Add($"{step.Id}: confirmed by the caller");
            else return ActionResult.Pause(asked);
        }

        return ActionResult.Done(string.Join("; ", passed));
    }

    private static async Task<UpgradeStep> AskAsync(RunContext run, StepSpec? spec, UpgradeStep step, CancellationToken cancellationToken)
    {
        // A probe that can't answer doesn't make a step unneeded: the careful answer is that it is.
        var needed = await StepProbe.AskAsync(run, spec?.Needed, cancellationToken).ConfigureAwait(false);
        if (needed == false) return step with { Needed = false };
        return step with { Needed = needed, Done = await StepProbe.AskAsync(run, spec?.Done, cancellationToken).ConfigureAwait(false) };
    }
}
