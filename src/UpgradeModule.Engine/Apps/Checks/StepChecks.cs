namespace UpgradeModule.Engine.Apps.Checks;

/// <summary>The steps between versions.</summary>
internal static class StepChecks
{
    /// <summary>Finds the mistakes.</summary>
    /// <param name="context">The definition.</param>
    public static void Run(CheckContext context)
    {
        var ids = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < context.Spec.Steps.Count; i++)
        {
            var (step, path) = (context.Spec.Steps[i], $"$.steps[{i}]");
            context.Required(path + ".id", step.Id, "The step's id");
            context.Unique(ids, path + ".id", step.Id, "The step");
            context.Required(path + ".title", step.Title, "The step's title");
            context.OneOf(path + ".kind", step.Kind, "manual", "automatic");
            context.Editions(path + ".editions", step.Editions);
            for (var e = 0; e < step.Engines.Count; e++) RuntimeChecks.Engine(context, $"{path}.engines[{e}]", step.Engines[e]);
            if (step.Kind == "manual") context.Required(path + ".instructions", step.Instructions, "How the step is done");
            context.Probe(path + ".needed", step.Needed);
            context.Probe(path + ".done", step.Done);
            Gate(context, step, path);
        }
    }

    private static void Gate(CheckContext context, StepSpec step, string path)
    {
        if (step.Before is null == step.After is null) context.Add(path, "A step has exactly one of before and after.");
        var gate = context.Version(path + (step.Before is null ? ".after" : ".before"), step.Before ?? step.After);
        if (gate is not null && !PathChecks.Any(context, release => release.Neutral >= gate))
        {
            context.Add(path + (step.Before is null ? ".after" : ".before"), $"No release is at or above {gate}: the step could never be due.");
        }

        if (context.Version(path + ".atLeast", step.AtLeast) is not { } least) return;
        if (step.Before is null) context.Add(path + ".atLeast", "Only a step before a version has a lowest version at which it can be done.");
        else if (gate is not null && least >= gate) context.Add(path + ".atLeast", $"The step must be done before {gate}, so it can't need {least} or newer.");
        else if (gate is not null && !PathChecks.Any(context, release => release.Neutral >= least && release.Neutral < gate && release.Major == context.Scheme.Major(least)))
        {
            context.Add(path + ".atLeast", $"There is no release of {context.Scheme.Major(least)} from {least} on and below {gate} at which the step could be done.");
        }
    }
}
