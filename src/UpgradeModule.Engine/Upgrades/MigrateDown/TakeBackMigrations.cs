using System.Globalization;
using System.Text.RegularExpressions;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Upgrades.Actions;

namespace UpgradeModule.Engine.Upgrades.MigrateDown;

/// <summary>
/// Takes back, with the newer version's own artifact, the migrations that the older version doesn't have. What the database records before and after
/// decides, not the exit code: a command may end with 0 and have done nothing, or have worked on another database. Taking it back takes the database back.
/// </summary>
internal sealed partial class TakeBackMigrations(DownLeg leg) : UpgradeActionBase("MigrateDown", $"Migrate the database down from {leg.Stop.From} to {leg.Stop.To}", leg.Stop)
{
    private const int ShownLines = 15;
    private const int ShownNames = 3;

    /// <inheritdoc/>
    public override void Prepare(RunContext run) => run.Hop!.DataTouched = true;

    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        var records = await RecordedLists.ReadAsync(run.Services, run.Deployment, cancellationToken).ConfigureAwait(false);
        var lists = new MigrationLists(run.Deployment.Spec, records.ByVersion);
        var before = await ReadAsync(run, cancellationToken).ConfigureAwait(false);
        var goal = lists.After(leg.Stop.To, leg.Stop.From, before.Names);
        if (goal is { Count: 0 })
        {
            // None ran since; or the run was cut short when all of them were taken back.
            run.Hop!.MigrationsBefore = before;
            return ActionResult.Skipped($"{leg.Stop.To} has every migration that is recorded.");
        }

        var after = before;
        var calls = 0;
        var single = run.Deployment.Spec.Migrations!.DownStep == "migration";
        do
        {
            var last = after;
            var outcome = await CallAsync(run, goal ?? [], cancellationToken).ConfigureAwait(false);
            run.Hop!.LogPath = outcome.LogPath;
            after = await ReadAsync(run, cancellationToken).ConfigureAwait(false);
            calls++;
            Judge(run, outcome, last, after, calls);
        }
        while (single && goal is not null && Left(goal, after).Count > 0);
        if (goal is not null && Left(goal, after) is { Count: > 0 } left) throw Incomplete(run, left, before, after);

        // From here on the older version must have what is left, and may add what it has besides.
        run.Hop!.MigrationsBefore = after;
        var more = goal is null ? [] : before.Names.Except(goal, StringComparer.Ordinal).Except(after.Names, StringComparer.Ordinal).ToList();
        if (more.Count > 0) run.Operation.Warning($"{leg.Stop.From} also took back {Shown(more)}, which {leg.Stop.To} has; it runs {(more.Count == 1 ? "it" : "them")} again when it starts.");
        return ActionResult.Done(string.Create(CultureInfo.InvariantCulture, $"{before.Count} migrations before, {after.Count} after{(after.Last is null ? "" : $", last {after.Last}")}{(calls > 1 ? $"; {calls} calls" : "")}"));
    }

    /// <inheritdoc/>
    public override Task UndoAsync(RunContext run, CancellationToken cancellationToken) => DataWayBack.GoAsync(run, Id, Stop!, cancellationToken);

    private static List<string> Left(IReadOnlyList<string> goal, MigrationState after) => [.. goal.Intersect(after.Names, StringComparer.Ordinal)];

    private static string Shown(IReadOnlyList<string> names) => string.Join(", ", names.Take(ShownNames)) + (names.Count > ShownNames ? string.Create(CultureInfo.InvariantCulture, $" and {names.Count - ShownNames} more") : "");

    private static async Task<MigrationState> ReadAsync(RunContext run, CancellationToken cancellationToken) =>
        await MigrationGate.ReadAsync(run, cancellationToken).ConfigureAwait(false)
        ?? throw new UpgradeException("MigrationsNotReadable", UpgradeErrorCategory.InvalidData, run.Deployment.Deployment.Name, $"The migrations of {run.Deployment.Deployment.Name} can't be read, so nobody could tell what was taken back.", "Check its database.");

    private async Task<CommandOutcome> CallAsync(RunContext run, IReadOnlyList<string> goal, CancellationToken cancellationToken)
    {
        var spec = run.Deployment.Spec.Migrations!;
        if (spec.DownStep == "named" && goal.FirstOrDefault(name => !PlainName().IsMatch(name)) is { } strange)
        {
            // The names come from the database and may go through a shell.
            throw new UpgradeException("MigrateDownRefused", UpgradeErrorCategory.InvalidData, strange, $"The migration '{strange}' has characters in its name that a command line might take for its own, so it is not passed on.", "Take it back by hand.");
        }

        var command = new OneOffCommand
        {
            Command = spec.DownCommand,
            ImageArguments = spec.DownArguments,
            Version = leg.Stop.From,
            Placeholders = new Dictionary<string, string> { ["migrationTag"] = MigrationTag(run), ["migrations"] = string.Join(' ', goal.Reverse()) },
            Timeout = run.Request.Timeout ?? TimeSpan.FromMinutes(spec.DownTimeoutMinutes),
            Purpose = "migrating the database down",
        };
        return await run.Host.RunOnceAsync(run.Deployment, command, new Teller(run), cancellationToken).ConfigureAwait(false);
    }

    private void Judge(RunContext run, CommandOutcome outcome, MigrationState before, MigrationState after, int calls)
    {
        var name = run.Deployment.Deployment.Name;
        var told = string.Create(CultureInfo.InvariantCulture, $"exit code {outcome.ExitCode} after {outcome.Duration.TotalSeconds:0.0} s{(calls > 1 ? $", call {calls}" : "")}; {before.Count} migrations before, {after.Count} after");
        var remedy = outcome.LogPath is null ? "See its last lines." : $"See its output in '{outcome.LogPath}'.";
        var detail = string.Join(Environment.NewLine, outcome.Output.TakeLast(ShownLines));
        if (outcome.ExitCode != 0)
        {
            throw new UpgradeException("CommandFailed", UpgradeErrorCategory.InvalidOperation, name, $"The command that migrates the database of {name} down from {leg.Stop.From} failed: {told}.", remedy) { Detail = detail };
        }

        if (before.Names.Except(after.Names, StringComparer.Ordinal).Any()) return;
        throw new UpgradeException(
            "MigrateDownNoEffect", UpgradeErrorCategory.InvalidOperation, name,
            $"The command that migrates the database of {name} down from {leg.Stop.From} ended as if all were well and took nothing back: {told}. It may have worked on another database, or it can't take these migrations back.",
            remedy)
        {
            Detail = detail,
        };
    }

    private UpgradeException Incomplete(RunContext run, IReadOnlyList<string> left, MigrationState before, MigrationState after) => new(
        "MigrateDownIncomplete", UpgradeErrorCategory.InvalidData, run.Deployment.Deployment.Name,
        string.Create(CultureInfo.InvariantCulture, $"The command that migrates the database of {run.Deployment.Deployment.Name} down from {leg.Stop.From} left {left.Count} migration{(left.Count == 1 ? "" : "s")} that {leg.Stop.To} doesn't have: {Shown(left)} ({before.Count} migrations before, {after.Count} after)."),
        "Go back by the data instead: Restore-AppDatabase with the backup from before the upgrade.");

    private string MigrationTag(RunContext run) =>
        run.Deployment.Spec.Editions.FirstOrDefault(edition => string.Equals(edition.Id, Stop!.Edition, StringComparison.OrdinalIgnoreCase))?.MigrationTag ?? "";

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._:+-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex PlainName();

    private sealed class Teller(RunContext run) : IProgress<string>
    {
        public void Report(string value)
        {
            if (!string.IsNullOrWhiteSpace(value)) run.Operation.Verbose($"{run.Deployment.Deployment.Name}: {value}");
        }
    }
}
