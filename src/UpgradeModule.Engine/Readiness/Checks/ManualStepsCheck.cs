namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>Tells the steps that a person will have to do on the way.</summary>
internal sealed class ManualStepsCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "ManualSteps";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        var ahead = context.Path.Stops
            .SelectMany(stop => stop.StepsBefore.Select(step => (Step: step, Where: $"before {stop.To}")).Concat(stop.StepsAfter.Select(step => (Step: step, Where: $"after {stop.To}"))))
            .Where(entry => entry.Step.Done != true && entry.Step.Needed != false && !context.Request.ConfirmedSteps.Contains(entry.Step.Id, StringComparer.OrdinalIgnoreCase))
            .Select(entry => $"'{entry.Step.Id}' {entry.Where} ({entry.Step.Title})")
            .ToList();
        return Task.FromResult<IReadOnlyList<Finding>>(ahead.Count == 0
            ? []
            : [Finding.Warning(
                $"There are steps ahead that the application doesn't do by itself: {string.Join("; ", ahead)}.",
                "The run pauses at each that is needed and not done, with the application healthy; the same command goes on afterwards.",
                context.Name)]);
    }
}
