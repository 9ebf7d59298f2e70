namespace UpgradeModule.Pipeline;

/// <summary>Tells the end of an upgrade run in a few sentences.</summary>
internal static class ResultText
{
    /// <summary>What came of it.</summary>
    /// <param name="result">The result.</param>
    public static string Of(UpgradeResult result)
    {
        var reached = result.Reached?.Text ?? "unknown";
        var deed = result.Kind == UpgradeRunKind.MigrateDown ? "migration down" : "upgrade";
        if (result.Undo is { EndedOn: not null }) return $"The {deed} of '{result.Deployment.Name}' was undone: {result.Deployment.App} {reached} runs again. {result.Message}";
        if (result.Undo is not null) return $"The undo of the {deed} of '{result.Deployment.Name}' failed. {result.Error}";
        return result.Outcome switch
        {
            UpgradeOutcome.Succeeded => $"The {deed} of '{result.Deployment.Name}' succeeded: {result.Deployment.App} {reached} runs.",
            UpgradeOutcome.Paused => $"The {deed} of '{result.Deployment.Name}' has paused, healthy at {reached}: {result.PausedAt?.Title ?? "a manual step is needed"}. {result.PausedAt?.Instructions} Then run the same command again.",
            UpgradeOutcome.RolledBack => $"The {deed} of '{result.Deployment.Name}' was taken back: {result.Deployment.App} {reached} runs again with its data. {result.Error}",
            UpgradeOutcome.Interrupted => $"The {deed} of '{result.Deployment.Name}' was interrupted at {reached}. {result.Error} Resume-UpgradeRun {result.RunId} goes on with it, Undo-UpgradeRun {result.RunId} takes it back.",
            _ => $"The {deed} of '{result.Deployment.Name}' failed, and so did the way back; it is at {reached}. {result.Error} Once what stands in the way is mended, Resume-UpgradeRun {result.RunId} goes on going back.",
        };
    }

    /// <summary>The failure of a run that didn't reach its target.</summary>
    /// <param name="result">The result.</param>
    public static UpgradeException Failure(UpgradeResult result) => new(
        string.IsNullOrEmpty(result.ErrorId) ? "Upgrade" + result.Outcome : result.ErrorId,
        UpgradeErrorCategory.InvalidOperation,
        result.Deployment.Name,
        Of(result),
        $"Get-UpgradeRun -RunId {result.RunId} | Format-List * tells every action.");
}
