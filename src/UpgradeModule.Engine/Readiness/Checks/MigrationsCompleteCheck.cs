using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Migrations;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The database is migrated as the version that is installed needs it: nothing failed, nothing is missing, and nothing of a newer version was left.</summary>
internal sealed class MigrationsCompleteCheck : IReadinessCheck
{
    private const int Shown = 3;

    /// <inheritdoc/>
    public string Name => "MigrationsComplete";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        var app = context.Deployment.Spec;
        if (app.Migrations is not { Kind: "liquibase" or "table" } spec || context.Path.From is not { } from || await context.ReachableAsync().ConfigureAwait(false) is null) return [];
        var database = await context.Services.OpenDatabase(context.Deployment, cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            var entries = await context.Services.Migrations.ListAsync(spec, database, cancellationToken).ConfigureAwait(false);
            if (entries.Count == 0) return spec.Kind == "liquibase" ? [await NoneAsync(context, from).ConfigureAwait(false)] : [];
            var findings = new List<Finding>();
            string[] failed = [.. entries.Where(entry => string.Equals(entry.Result, "FAILED", StringComparison.OrdinalIgnoreCase)).Select(entry => entry.Name)];
            if (failed.Length > 0)
            {
                findings.Add(Finding.Blocker($"In {context.Database} {Told(failed)} recorded as failed.", $"Read the log of {from} for the cause; when it is gone, restart {context.Name}, so that it migrates again. Get-AppMigration {context.Name} lists what ran.", failed[0]));
            }

            string[] names = [.. entries.Select(entry => entry.Name)];
            if (RequiredMigration.Missing(app, from, new MigrationState { Count = names.Length, Names = names }) is { } missing)
            {
                findings.Add(Finding.Blocker($"{from} is installed, and the migration {missing} that it needs has not run in {context.Database}.", spec.UpCommand.Count > 0 ? $"Run its migrate command first: {string.Join(' ', spec.UpCommand)}." : $"Restart {context.Name}, so that it migrates.", missing));
            }

            var knowledge = new MigrationKnowledge(app);
            var major = VersionScheme.Of(app).Major(from);
            string[] newer = [.. names.Where(name => knowledge.Major(name) > major)];
            if (newer.Length > 0)
            {
                findings.Add(Finding.Warning(
                    $"{from} is installed, and {Told(newer)} recorded in {context.Database} that a newer major brought.",
                    "Where a newer version ran and was taken back without its data, restore the backup from before it. Where it was migrated down, what it left must be taken back by the newer version. Some releases ship migrations ahead of their major; those do no harm.",
                    newer[0]));
            }

            return findings;
        }
    }

    private static async Task<Finding> NoneAsync(ReadinessContext context, AppVersion from)
    {
        var message = $"{from} is installed, and no migration is recorded in {context.Database}: that is another database than the application's, it was never started, or the list was emptied. An upgrade would run every migration from the first on, and fail at the first table that is there.";
        const string Remedy = "Compare the database with the application's settings. Where the list was emptied, restore it from a backup, and don't restart the application before.";
        return (await context.ServiceAsync().ConfigureAwait(false)).Status is AppServiceStatus.Running or AppServiceStatus.Starting
            ? Finding.Blocker(message, Remedy, context.Database!.ToString())
            : Finding.Warning(message, Remedy, context.Database!.ToString());
    }

    private static string Told(string[] names) =>
        string.Join(", ", names.Take(Shown)) + (names.Length > Shown ? string.Create(CultureInfo.InvariantCulture, $" and {names.Length - Shown} more migrations") : "") + (names.Length == 1 ? " is" : " are");
}
