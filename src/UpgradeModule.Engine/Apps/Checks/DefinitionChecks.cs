namespace UpgradeModule.Engine.Apps.Checks;

/// <summary>Everything that can be wrong with a definition whose structure is right.</summary>
internal static class DefinitionChecks
{
    /// <summary>Finds every mistake.</summary>
    /// <param name="spec">The definition.</param>
    /// <param name="problems">Where they are put.</param>
    /// <param name="withPatterns">Whether regular expressions are tried as well.</param>
    public static void Run(AppSpec spec, ProblemList problems, bool withPatterns)
    {
        var context = new CheckContext(spec, problems, withPatterns);
        IdentityChecks.Run(context);
        ReleaseChecks.Run(context);
        PathChecks.Run(context);
        StepChecks.Run(context);
        RuntimeChecks.Run(context);
        DataChecks.Run(context);
    }
}
