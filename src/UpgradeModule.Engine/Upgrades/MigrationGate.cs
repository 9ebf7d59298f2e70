using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Migrations;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>
/// Sees in the database how a migration goes, and whether it has arrived where the stop's version needs it. The gate is asked once the
/// application calls itself healthy, deep probes included; what is asked here is whether the database contradicts it.
/// </summary>
/// <remarks>
/// A database that tells a lower major than the version's contradicts it where the definition knows a migration of that major that should have
/// run. Where it knows none, the major may bring none: then the gate opens once nothing has moved for a while. A higher major contradicts it where
/// the database told it before the stop: the version is older than its data. One that came with this stop is the version's own: releases ship
/// migrations ahead of their major now and then.
/// </remarks>
/// <param name="run">The run.</param>
/// <param name="stop">The stop.</param>
/// <param name="patience">How long nothing must move before a major that brings no migration is believed; 10 seconds where <see langword="null"/>.</param>
internal sealed class MigrationGate(RunContext run, UpgradeStop stop, TimeSpan? patience = null)
{
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromSeconds(10);
    private readonly Stopwatch _still = new();
    private MigrationState? _last;
    private bool _told;

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

        return Contradiction(state, before);
    }

    private string? Contradiction(MigrationState state, MigrationState? before)
    {
        var scheme = VersionScheme.Of(run.Deployment.Spec);
        var expected = scheme.Major(stop.To);
        if (state.Major is not { } major || major == expected) return null;
        if (major > expected)
        {
            return before?.Major > expected ? string.Create(CultureInfo.InvariantCulture, $"the database tells major {major}, which is newer than {stop.To}") : null;
        }

        if (Known(run.Deployment.Spec.Migrations!, expected, scheme) is { } missing)
        {
            return string.Create(CultureInfo.InvariantCulture, $"the database tells major {major}, not {expected}: {missing} has not run");
        }

        if (_last is null || (state.Count, state.Last) != (_last.Count, _last.Last)) _still.Restart();
        _last = state;
        if (_still.Elapsed < _patience) return string.Create(CultureInfo.InvariantCulture, $"the database still tells major {major}, not {expected}; it is watched whether a migration comes");
        if (_told) return null;
        _told = true;
        run.Operation.Warning(string.Create(CultureInfo.InvariantCulture, $"{run.AppName} {stop.To} is healthy and its database tells major {major}: {expected} seems to bring no migration of its own."));
        return null;
    }

    /// <summary>Finds a migration that the definition knows, that is one of this major and that a release up to the stop's brought.</summary>
    private string? Known(MigrationSpec spec, int expected, VersionScheme scheme) => spec.Known
        .FirstOrDefault(known => known.Name is { } name && MigrationMajor.Of(spec, [name]) == expected
            && (known.Release is null || !AppVersion.TryParse(known.Release, out var release) || scheme.Compare(release, stop.To) <= 0))?.Name;
}
