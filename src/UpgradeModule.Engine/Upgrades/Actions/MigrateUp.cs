using System.Globalization;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Migrations;

namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>
/// Runs the migrate command of an application that doesn't migrate on start. Taking it back takes the database back. An exit code alone proves
/// nothing: what the database records before and after is told beside it, and the wait for the new version looks at it again.
/// </summary>
internal sealed class MigrateUp(UpgradeStop stop) : UpgradeActionBase("Migrate", $"Migrate the database to {stop.To}", stop)
{
    private const int ShownLines = 15;

    /// <inheritdoc/>
    public override void Prepare(RunContext run) => run.Hop!.DataTouched = true;

    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        var hop = run.Hop!;
        var spec = run.Deployment.Spec.Migrations!;
        var before = hop.MigrationsBefore;
        var command = new OneOffCommand
        {
            Command = spec.UpCommand,
            Version = Stop!.To,
            Placeholders = new Dictionary<string, string> { ["migrationTag"] = MigrationTag(run) },
            Timeout = run.Request.Timeout ?? TimeSpan.FromMinutes(spec.UpTimeoutMinutes),
            Purpose = "migrating the database",
        };
        var outcome = await run.Host.RunOnceAsync(run.Deployment, command, new Teller(run), cancellationToken).ConfigureAwait(false);
        hop.LogPath = outcome.LogPath;
        var after = await MigrationGate.ReadAsync(run, cancellationToken).ConfigureAwait(false);
        var told = string.Create(CultureInfo.InvariantCulture, $"exit code {outcome.ExitCode} after {outcome.Duration.TotalSeconds:0.0} s{Compare(before, after)}");
        var missing = after is null ? null : RequiredMigration.Missing(run.Deployment.Spec, Stop.To, after);
        if (outcome.ExitCode == 0 && missing is null) return ActionResult.Done(told);
        if (missing is not null) told += $"; the migration {missing} that {Stop.To} needs is not recorded";
        throw new UpgradeException(
            "CommandFailed", UpgradeErrorCategory.InvalidOperation, run.Deployment.Deployment.Name,
            $"The command that migrates the database of {run.Deployment.Deployment.Name} to {Stop.To} failed: {told}.",
            outcome.LogPath is null ? "See its last lines." : $"See its output in '{outcome.LogPath}'.")
        {
            Detail = string.Join(Environment.NewLine, outcome.Output.TakeLast(ShownLines)),
        };
    }

    /// <inheritdoc/>
    public override Task UndoAsync(RunContext run, CancellationToken cancellationToken) => DataWayBack.GoAsync(run, Id, Stop!, cancellationToken);

    private static string Compare(MigrationState? before, MigrationState? after) => (before, after) switch
    {
        ({ } then, { } now) => string.Create(CultureInfo.InvariantCulture, $"; {then.Count} migrations before, {now.Count} after{(now.Last is null ? "" : $", last {now.Last}")}"),
        (null, { } now) => string.Create(CultureInfo.InvariantCulture, $"; {now.Count} migrations after{(now.Last is null ? "" : $", last {now.Last}")}"),
        _ => "",
    };

    private string MigrationTag(RunContext run) =>
        run.Deployment.Spec.Editions.FirstOrDefault(edition => string.Equals(edition.Id, Stop!.Edition, StringComparison.OrdinalIgnoreCase))?.MigrationTag ?? "";

    /// <summary>Tells each line as it comes: the command may take long, and its last line is the best sign that it moves.</summary>
    private sealed class Teller(RunContext run) : IProgress<string>
    {
        public void Report(string value)
        {
            if (string.IsNullOrWhiteSpace(value)) return;
            run.Operation.Verbose($"{run.Deployment.Deployment.Name}: {value}");
        }
    }
}
