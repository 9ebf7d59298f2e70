using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Migrations;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>Sees in the database how a migration goes, and whether it has arrived where the stop's version needs it.</summary>
internal sealed class MigrationGate(RunContext run, UpgradeStop stop)
{
    /// <summary>Whether the application records its migrations in a database that can be read.</summary>
    public bool Applies => run.HasDatabase && run.Deployment.Spec.Migrations is not null;

    /// <summary>Reads the migrations of the deployment as they are now.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The state; <see langword="null"/> where the application records none or they can't be read.</returns>
    public static async Task<MigrationState?> ReadAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (!run.HasDatabase || run.Deployment.Spec.Migrations is not { } spec) return null;
        var database = await run.OpenDatabaseAsync(cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            return await run.Services.Migrations.ReadAsync(spec, database, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A text that changes as long as the migration moves.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<string?> ProgressAsync(CancellationToken cancellationToken)
    {
        try
        {
            var state = await ReadAsync(run, cancellationToken).ConfigureAwait(false);
            return state is null ? null : string.Create(CultureInfo.InvariantCulture, $"{state.Count} migrations, last {state.Last}");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // A migration may lock what is read here: no answer is no sign of anything.
            return null;
        }
    }

    /// <summary>The reason why the database isn't where the stop's version needs it, or nothing.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<string?> ReasonAsync(CancellationToken cancellationToken)
    {
        MigrationState? state;
        try
        {
            state = await ReadAsync(run, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return $"its migrations can't be read: {failure.Message}";
        }

        if (state is null) return null;
        if (state.Locked) return state.LockedBy is null ? "its migration lock is held" : $"its migration lock is held by {state.LockedBy}";
        var before = run.Hop?.MigrationsBefore;
        if (before is not null && state.Count < before.Count)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{state.Count} migrations are recorded, fewer than the {before.Count} before");
        }

        if (RequiredMigration.Missing(run.Deployment.Spec, stop.To, state) is { } missing)
        {
            return $"its database is not migrated: {stop.To} needs the migration {missing}, which is not recorded";
        }

        var expected = VersionScheme.Of(run.Deployment.Spec).Major(stop.To);
        return state.Major is { } major && major != expected
            ? string.Create(CultureInfo.InvariantCulture, $"the database tells major {major}, not {expected}")
            : null;
    }
}
