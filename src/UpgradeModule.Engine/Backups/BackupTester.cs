using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Backups;

/// <summary>Tests backups: their checksums, then a restore into a place of its own, where every row is counted.</summary>
internal sealed class BackupTester(BackupServices services)
{
    private const double ChecksumsEnd = 15;
    private const double RestoreEnd = 80;

    /// <summary>Tests a backup.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="context">The deployment whose server may serve for the proof; a throw-away place is used where <see langword="null"/>.</param>
    /// <param name="depth">How thoroughly.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<BackupTestResult> TestAsync(AppBackup backup, DeploymentContext? context, BackupTestDepth depth, IOperationContext operation, CancellationToken cancellationToken)
    {
        var checksumOnly = depth == BackupTestDepth.Checksums;
        var progress = new WorkProgress(operation, $"Testing {backup.Id}");
        var watch = Stopwatch.StartNew();
        try
        {
            var (files, problems) = await BackupCheck.RunAsync(backup.Path, progress, new WorkStage { To = checksumOnly ? 100 : ChecksumsEnd }, cancellationToken).ConfigureAwait(false);
            problems = [.. problems, .. await BackupCheck.ProofsAsync(backup.Path, cancellationToken).ConfigureAwait(false)];
            var result = new BackupTestResult { Backup = backup, Valid = problems.Count == 0, ChecksumOnly = checksumOnly, FilesChecked = files, Problems = problems, ProvenOn = backup.ProvenOn };
            if (!result.Valid) return result with { Duration = watch.Elapsed };

            // What is on the disk counts from here on: the record may be older than it.
            var manifest = await BackupFolder.ReadManifestAsync(backup.Path, cancellationToken).ConfigureAwait(false);
            var current = await BackupFolder.DescribeAsync(backup.Path, manifest, cancellationToken).ConfigureAwait(false);
            result = result with { Backup = current, ProvenOn = current.ProvenOn };
            if (checksumOnly) return result with { Duration = watch.Elapsed };
            result = await ProveAsync(result, manifest, context, depth == BackupTestDepth.Content, progress, cancellationToken).ConfigureAwait(false);
            result = result with { Duration = watch.Elapsed };
            return result.Valid ? await KeepAsync(result, manifest, operation, cancellationToken).ConfigureAwait(false) : result;
        }
        finally
        {
            progress.End();
        }
    }

    private async Task<BackupTestResult> ProveAsync(BackupTestResult result, BackupManifest manifest, DeploymentContext? context, bool deep, WorkProgress progress, CancellationToken cancellationToken)
    {
        progress.Tell("restoring a copy");
        var content = BackupFolder.Content(result.Backup.Path, manifest);
        var database = await OpenAsync(manifest, context, cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            if (!deep) return await ProveAsync(result, manifest, database, content, null, progress, cancellationToken).ConfigureAwait(false);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            // The backup is read while the copy is made: that is the server's work. What can't be compared is told before anything is restored.
            var expecting = database.HashContentAsync(content, progress.Within(0, 0), stop.Token);
            try
            {
                if (expecting.IsFaulted) await expecting.ConfigureAwait(false);
                return await ProveAsync(result, manifest, database, content, expecting, progress, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await stop.CancelAsync().ConfigureAwait(false);
                await Task.WhenAny(expecting).ConfigureAwait(false);
            }
        }
    }

    private static async Task<BackupTestResult> ProveAsync(BackupTestResult result, BackupManifest manifest, IAppDatabase database, BackupContent content, Task<IReadOnlyList<TableHash>>? expecting, WorkProgress progress, CancellationToken cancellationToken)
    {
        IScratchDatabase scratch;
        try
        {
            scratch = await database.RestoreToScratchAsync(content, progress.Within(ChecksumsEnd, RestoreEnd), cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure) when (failure.ErrorId == "BackupCorrupt")
        {
            return result with { Valid = false, Problems = [failure.Message] };
        }

        await using (scratch.ConfigureAwait(false))
        {
            progress.Tell("counting the rows of the copy");
            var tables = await scratch.Database.CountRowsAsync(cancellationToken).ConfigureAwait(false);
            var invariants = await scratch.Database.ReadInvariantsAsync(manifest.Queries, cancellationToken).ConfigureAwait(false);
            var problems = Differences(manifest, tables, invariants);
            var compared = expecting is null ? 0 : await CompareAsync(content, scratch.Database, expecting, problems, progress, cancellationToken).ConfigureAwait(false);
            var counted = WasCounted(manifest);
            return result with
            {
                Valid = problems.Count == 0,
                Problems = problems,
                TablesCompared = counted ? tables.Count : 0,
                TablesHashed = compared,
                RowsCompared = counted ? tables.Sum(table => table.Rows) : 0,
                RestoredTo = scratch.Location,
            };
        }
    }

    // An H2 file that was backed up where nothing could open it has no numbers to compare with; H2 has read every row of the copy by now.
    private static bool WasCounted(BackupManifest manifest) => manifest is not { Engine: DatabaseEngine.H2, Tables.Count: 0 };

    // That the file is what was dumped, its checksum proves; that the copy is what the file says, this does.
    private static async Task<int> CompareAsync(BackupContent content, IAppDatabase copy, Task<IReadOnlyList<TableHash>> expecting, List<string> problems, WorkProgress progress, CancellationToken cancellationToken)
    {
        progress.Tell("comparing every row of the copy with the backup's");
        var found = (await copy.HashTablesAsync(content, progress.Within(RestoreEnd, 100), cancellationToken).ConfigureAwait(false)).ToDictionary(table => table.Table, StringComparer.Ordinal);
        var compared = 0;
        foreach (var expected in await expecting.ConfigureAwait(false))
        {
            // One that is missing is told already, and what an extension keeps isn't compared.
            if (!found.TryGetValue(expected.Table, out var actual)) continue;
            compared++;
            if (actual != expected) problems.Add($"The rows of {expected.Table} differ from those in the backup");
        }

        return compared;
    }

    private async Task<IAppDatabase> OpenAsync(BackupManifest manifest, DeploymentContext? context, CancellationToken cancellationToken)
    {
        if (context is not null)
        {
            var settings = await services.Hosts(context.Deployment.HostKind).ReadSettingsAsync(context, cancellationToken).ConfigureAwait(false);
            var database = await services.OpenDatabase(context, settings, cancellationToken).ConfigureAwait(false);
            if (database.Engine == manifest.Engine) return database;

            // The deployment has moved to another engine since: its server can't serve.
            await database.DisposeAsync().ConfigureAwait(false);
        }

        return await services.OpenThrowAway(manifest.Engine, cancellationToken).ConfigureAwait(false);
    }

    private static List<string> Differences(BackupManifest manifest, IReadOnlyList<TableCount> tables, IReadOnlyList<InvariantValue> invariants)
    {
        var problems = WasCounted(manifest) ? TableComparison.Differences(manifest.Tables, tables).ToList() : [];
        foreach (var expected in manifest.Invariants.Where(invariant => invariant.Value is not null))
        {
            var found = invariants.FirstOrDefault(invariant => invariant.Name == expected.Name);
            if (found?.Value == expected.Value) continue;
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"The invariant '{expected.Name}' is {(found?.Value is { } value ? value : found?.Detail ?? "unreadable")} instead of {expected.Value}"));
        }

        return problems;
    }

    private static async Task<BackupTestResult> KeepAsync(BackupTestResult result, BackupManifest manifest, IOperationContext operation, CancellationToken cancellationToken)
    {
        var proof = new BackupProof
        {
            ModuleVersion = ModuleVersion.Current,
            Backup = manifest.Id,
            Checksums = await BackupFolder.DigestAsync(result.Backup.Path, cancellationToken).ConfigureAwait(false),
            ProvenOn = DateTimeOffset.UtcNow,
            RestoredTo = result.RestoredTo ?? "",
            Tables = result.TablesCompared,
            TablesHashed = result.TablesHashed,
            Rows = result.RowsCompared,
            Invariants = manifest.Invariants.Count(invariant => invariant.Value is not null),
            Duration = result.Duration,
        };
        try
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(proof, BackupJsonContext.Default.BackupProof);
            await PrivateFiles.WriteAsync(Path.Combine(result.Backup.Path, ProofFile.Name(proof.ProvenOn, json)), json, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            operation.Warning($"The backup '{manifest.Id}' is proven, but the proof could not be written beside it: {failure.Message}");
        }

        return result with { ProvenOn = proof.ProvenOn, Backup = result.Backup with { ProvenOn = proof.ProvenOn } };
    }
}
