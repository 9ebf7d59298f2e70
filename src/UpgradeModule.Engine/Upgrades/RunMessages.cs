using System.Globalization;
using System.Text;
using UpgradeModule.Engine.Upgrades.Actions;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>What a run tells people at its end, in whole sentences: what happened, what was done about it, what is where, what to do next.</summary>
internal static class RunMessages
{
    /// <summary>The id of a failure.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="cancelled">Whether the caller cancelled.</param>
    public static string ErrorId(Exception failure, bool cancelled) =>
        cancelled ? "UpgradeCancelled" : (failure as UpgradeException)?.ErrorId ?? "UpgradeFailed";

    /// <summary>The run succeeded.</summary>
    /// <param name="run">The run.</param>
    /// <param name="record">Its record.</param>
    public static string Succeeded(RunContext run, UpgradeRun record)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{run.AppName} {run.Reached} runs and is healthy; it could not be used for {run.Downtime.Elapsed.TotalSeconds:0.0} s.");
        return record.Kept.Count switch
        {
            0 => text,
            1 => $"{text} One thing is kept for the way back until Complete-UpgradeRun drops it.",
            var count => string.Create(CultureInfo.InvariantCulture, $"{text} {count} things are kept for the way back until Complete-UpgradeRun drops them."),
        };
    }

    /// <summary>The run paused.</summary>
    /// <param name="run">The run.</param>
    /// <param name="step">The step that is needed.</param>
    public static string Paused(RunContext run, UpgradeStep step)
    {
        var who = step.Kind == UpgradeStepKind.Automatic ? "This version of the module can't do it by itself." : "It is done by hand.";
        var text = new StringBuilder($"The {run.Deed} of {run.Deployment.Deployment.Name} pauses at the step '{step.Id}': {step.Title}. {who} {run.AppName} {run.Reached} is in place meanwhile.");
        if (step.Instructions.Length > 0) text.Append(' ').Append(step.Instructions.Trim());
        text.Append(" Afterwards the same command goes on from here, as Resume-UpgradeRun does");
        text.Append(step.Done is null ? $"; no probe can tell that the step is done, so name it: -ConfirmedStep {step.Id}." : ", once the step's probe passes.");
        return text.ToString();
    }

    /// <summary>The run ended before anything was touched.</summary>
    /// <param name="run">The run.</param>
    /// <param name="failure">What failed.</param>
    /// <param name="cancelled">Whether the caller cancelled.</param>
    public static string Untouched(RunContext run, Exception failure, bool cancelled)
    {
        var what = cancelled ? "was cancelled" : "ended";
        var text = $"The {run.Deed} of {run.Deployment.Deployment.Name} to {run.Path.To} {what} before anything was touched: {run.AppName} {run.Reached} is in place as before.";
        return cancelled ? text : $"{text} {failure.Message}";
    }

    /// <summary>The run is about to go back.</summary>
    /// <param name="run">The run.</param>
    /// <param name="failure">What failed.</param>
    /// <param name="failed">The action that failed.</param>
    public static string GoingBack(RunContext run, Exception failure, IUpgradeAction? failed) =>
        $"{What(run, failure, failed, cancelled: false)} Going back to {run.AppName} {run.Reached}.{(failure is UpgradeException { Detail: { } detail } ? Environment.NewLine + detail : "")}";

    /// <summary>A hop that was taken up in the middle of a migration begins again with the data of before.</summary>
    /// <param name="run">The run.</param>
    /// <param name="failure">What failed.</param>
    /// <param name="failed">The action that failed.</param>
    public static string StartingOver(RunContext run, Exception failure, IUpgradeAction? failed) =>
        $"{What(run, failure, failed, cancelled: false)} The run had been cut short in the middle of that migration, so it began again with the data as it was right after the stop; what the first attempt left is kept.{(failure is UpgradeException { Detail: { } detail } ? Environment.NewLine + detail : "")}";

    /// <summary>The run was asked to stop.</summary>
    /// <param name="run">The run; <see langword="null"/> where it hasn't begun.</param>
    public static string Stopping(RunContext? run) => run switch
    {
        { Hop.Touched: true } => $"Stopping: going back to {run.AppName} {run.Reached}. A move that has begun is finished first.",
        { Hop: not null } or { Recorder.Begun: true } => $"Stopping: {run.AppName} {run.Reached} stays in place.",
        _ => "Stopping: nothing has been touched.",
    };

    /// <summary>The run went back.</summary>
    /// <param name="run">The run.</param>
    /// <param name="failure">What failed.</param>
    /// <param name="failed">The action that failed.</param>
    /// <param name="cancelled">Whether the caller cancelled.</param>
    public static string RolledBack(RunContext run, Exception failure, IUpgradeAction? failed, bool cancelled)
    {
        var text = new StringBuilder(What(run, failure, failed, cancelled));
        var hop = run.Hop;
        if (hop is not { Touched: true })
        {
            return text.Append(CultureInfo.InvariantCulture, $" {run.AppName} {run.Reached} runs on; nothing of it was touched since.").ToString();
        }

        if (hop.DatabaseIsBack)
        {
            var stopped = hop.StartedOn is null ? "The new version had not been started; the database was" : "The new version was stopped and the database";
            text.Append(CultureInfo.InvariantCulture, $" {stopped} taken back to its state right after the stop.");
        }
        else if (!hop.DataTouched) text.Append(" The new version had not been started, so the database was not touched.");
        if (hop.ArtifactIsBack) text.Append(CultureInfo.InvariantCulture, $" The {(hop.ArtifactPoint is { } point ? ByHand.What(point) : "artifact")} of {run.Reached} is in its place again.");
        text.Append(CultureInfo.InvariantCulture, $" {run.AppName} {run.Reached} runs again and is healthy; every row that was written until the stop is there.");
        if (hop.ReplacedData is { } data) text.Append(CultureInfo.InvariantCulture, $" What {hop.Stop.To} left, with what was written to it, is kept as {data.Location}.");
        if (hop.LogPath is { } log) text.Append(CultureInfo.InvariantCulture, $" Its log is {log}.");
        return text.ToString();
    }

    /// <summary>The way back failed.</summary>
    /// <param name="run">The run.</param>
    /// <param name="failure">What failed first.</param>
    /// <param name="failed">The action that failed first.</param>
    /// <param name="stuck">The action that could not be taken back.</param>
    /// <param name="trouble">Why.</param>
    /// <param name="cancelled">Whether the caller cancelled.</param>
    public static string Failed(RunContext run, Exception failure, IUpgradeAction? failed, IUpgradeAction stuck, Exception trouble, bool cancelled)
    {
        var lines = new List<string>
        {
            What(run, failure, failed, cancelled),
            $"The way back failed too, at '{stuck.Title}': {trouble.Message}",
            "Nothing was thrown away. What is where:",
        };
        lines.AddRange(ByHand.Places(run).Select(line => "  " + line));
        lines.Add($"Mend what stands in the way; then Resume-UpgradeRun {run.Recorder.Document.Run.RunId} goes on from there, and Undo-UpgradeRun {run.Recorder.Document.Run.RunId} takes the whole run back.");
        lines.Add("Or by hand, one after the other:");
        lines.AddRange(ByHand.Commands(run).Select(line => "  " + line));
        return string.Join(Environment.NewLine, lines);
    }

    private static string What(RunContext run, Exception failure, IUpgradeAction? failed, bool cancelled)
    {
        var where = (run.Hop?.Stop ?? failed?.Stop) is { } stop ? $" at the stop {stop.To}" : "";
        var doing = failed is null ? "" : $" ({failed.Title})";
        var name = run.Deployment.Deployment.Name;
        return cancelled
            ? $"The {run.Deed} of {name} was cancelled{where}{doing}."
            : $"The {run.Deed} of {name} failed{where}{doing}: {failure.Message}";
    }
}
