using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Backups;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades.MigrateDown;

/// <summary>
/// Judges how an upgrade is best taken back. Migrating down keeps what was written since, and is chosen only where every migration since is known to be
/// reversible and nothing is known against the way; else the copy, and then it is told how many rows that loses.
/// </summary>
internal sealed class RollbackJudge(UpgradeServices services)
{
    /// <summary>What is asked of a run.</summary>
    /// <param name="document">The run.</param>
    /// <param name="installed">What is installed now.</param>
    public static RollbackQuestion QuestionOf(RunDocument document, AppVersion installed) => new()
    {
        From = installed,
        To = document.Run.From,
        MigrationsBefore = document.MigrationsBefore,
        Point = document.Points.FirstOrDefault(kept => kept.Use == KeptPointUse.Kept && kept.Point.Kind.StartsWith("Database", StringComparison.Ordinal) && kept.Point.Version == document.Run.From)?.Point,
        Backup = document.Run.Backup,
    };

    /// <summary>Judges.</summary>
    /// <param name="context">The deployment as it is now.</param>
    /// <param name="question">What is to be taken back.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<RollbackJudgement> JudgeAsync(DeploymentContext context, RollbackQuestion question, CancellationToken cancellationToken)
    {
        var (against, migrations) = await AgainstAsync(context, question, cancellationToken).ConfigureAwait(false);
        if (against is null)
        {
            var since = migrations.Count == 0 ? "No migration ran since" : string.Create(CultureInfo.InvariantCulture, $"All {migrations.Count} migrations since are known to be reversible");
            return new RollbackJudgement { Strategy = UndoStrategy.MigrateDown, Reason = $"{since}, so what was written since {question.To} is kept.", Migrations = migrations };
        }

        var (copy, lost) = await LostAsync(context, question, cancellationToken).ConfigureAwait(false);
        var rows = lost?.Sum(change => Math.Max(0, change.Now - change.Before));
        var loss = rows switch
        {
            null => "How many rows that loses can't be told: neither a copy nor a backup could be read.",
            0 => $"No table has more rows now than in {copy}; rows that were changed since can't be counted.",
            _ => string.Create(CultureInfo.InvariantCulture, $"{rows} row{(rows == 1 ? "" : "s")} written since {copy} {(rows == 1 ? "is" : "are")} lost: {string.Join(", ", lost!.Where(change => change.Now > change.Before).Select(change => $"{change.Now - change.Before} of {change.Table}"))}. Rows that were changed since can't be counted."),
        };
        return new RollbackJudgement { Strategy = UndoStrategy.Restore, Reason = $"{against} {loss}", Migrations = migrations, Lost = lost ?? [], LostRows = rows };
    }

    /// <summary>Tells what speaks against migrating down.</summary>
    private async Task<(string? Against, IReadOnlyList<AppMigration> Migrations)> AgainstAsync(DeploymentContext context, RollbackQuestion question, CancellationToken cancellationToken)
    {
        if (context.Spec.Migrations is not { DownCommand.Count: > 0 } spec || context.Deployment.Database is null) return ($"{context.Spec.DisplayName} has no down-migration that the definition knows.", []);
        try
        {
            var records = await RecordedLists.ReadAsync(services, context, cancellationToken).ConfigureAwait(false);
            var recorded = new Dictionary<AppVersion, IReadOnlyList<string>>(records.ByVersion);
            if (question.MigrationsBefore.Count > 0) recorded[question.To] = question.MigrationsBefore;
            var database = await services.OpenDatabase(context, cancellationToken).ConfigureAwait(false);
            await using (database.ConfigureAwait(false))
            {
                var entries = await services.Migrations.ListAsync(spec, database, cancellationToken).ConfigureAwait(false);
                string[] names = [.. entries.Select(entry => entry.Name)];
                var lists = new MigrationLists(context.Spec, recorded);
                if (lists.After(question.To, question.From, names) is not { } since) return ($"It is not known which migrations ran since {question.To}.", []);
                AppMigration[] described = [.. entries.Select((entry, index) => lists.Knowledge.Describe(context.Deployment, entry, index + 1)).Where(one => since.Contains(one.Id, StringComparer.Ordinal))];
                if (recorded.TryGetValue(question.To, out var had) && had.Except(names, StringComparer.Ordinal).FirstOrDefault() is { } gone) return ($"The migration {gone}, which {question.To} had, is not recorded any more.", described);
                if (described.FirstOrDefault(one => one.Rollback != MigrationRollback.Reversible) is { } stuck) return (Stuck(stuck), described);
                DownPlanner.Plan(context.Spec, new DownQuestion
                {
                    From = question.From,
                    To = question.To.Text,
                    Before = question.To,
                    Edition = VersionScheme.Of(context.Spec).EditionOf(question.From) ?? VersionScheme.Of(context.Spec).EditionId(context.Deployment.Edition),
                    Names = names,
                    Recorded = recorded,
                    Deployment = context.Deployment,
                });
                return (null, described);
            }
        }
        catch (UpgradeException failure)
        {
            // The remedy of each would be what is judged here anyway.
            var message = failure.Remedy is { Length: > 0 } remedy && failure.Message.EndsWith(remedy, StringComparison.Ordinal) ? failure.Message[..^remedy.Length].TrimEnd() : failure.Message;
            return (message, []);
        }
    }

    private static string Stuck(AppMigration migration) => migration.Rollback switch
    {
        MigrationRollback.NoOp => $"The way back of the migration {migration.Id} does nothing.",
        MigrationRollback.Gate => $"The migration {migration.Id} can't be taken back.",
        _ => $"It is not known whether the migration {migration.Id} can be taken back.",
    };

    /// <summary>Compares the rows of every table with the copy's, else with the backup's.</summary>
    private async Task<(string Copy, IReadOnlyList<RowChange>? Lost)> LostAsync(DeploymentContext context, RollbackQuestion question, CancellationToken cancellationToken)
    {
        if (context.Deployment.Database is null) return ("", null);
        try
        {
            var (copy, before) = await CountsAsync(context, question, cancellationToken).ConfigureAwait(false);
            if (before is null) return ("", null);
            var database = await services.OpenDatabase(context, cancellationToken).ConfigureAwait(false);
            await using (database.ConfigureAwait(false))
            {
                var now = (await database.CountRowsAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(count => count.Table, count => count.Rows, StringComparer.Ordinal);
                var then = before.ToDictionary(count => count.Table, count => count.Rows, StringComparer.Ordinal);

                // The newer version's own records, its new tables and migration list among them, are no loss to people.
                var own = context.Spec.Migrations is { } spec ? new[] { spec.Table ?? "databasechangelog", spec.LockTable ?? "databasechangeloglock" } : [];
                return (copy, [.. now.Keys.Union(then.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
                    .Where(table => then.ContainsKey(table) && !own.Contains(table[(table.LastIndexOf('.') + 1)..], StringComparer.OrdinalIgnoreCase))
                    .Select(table => new RowChange { Table = table, Before = then[table], Now = now.GetValueOrDefault(table) })
                    .Where(change => change.Before != change.Now)]);
            }
        }
        catch (UpgradeException failure)
        {
            context.Operation.Verbose($"What a restore loses can't be counted: {failure.Message}");
            return ("", null);
        }
    }

    private async Task<(string Copy, IReadOnlyList<TableCount>? Counts)> CountsAsync(DeploymentContext context, RollbackQuestion question, CancellationToken cancellationToken)
    {
        if (question.Point is { } point && services.OpenCopy is { } open)
        {
            try
            {
                if (await open(context, point, cancellationToken).ConfigureAwait(false) is { } database)
                {
                    await using (database.ConfigureAwait(false))
                    {
                        return ("the stop", await database.CountRowsAsync(cancellationToken).ConfigureAwait(false));
                    }
                }
            }
            catch (UpgradeException failure) when (question.Backup is not null)
            {
                context.Operation.Verbose($"The kept copy can't be counted, so the backup is: {failure.Message}");
            }
        }

        if (question.Backup is not { } backup) return ("", null);
        var manifest = await BackupFolder.ReadManifestAsync(backup.Path, cancellationToken).ConfigureAwait(false);
        return ("the backup", manifest.Tables);
    }
}
