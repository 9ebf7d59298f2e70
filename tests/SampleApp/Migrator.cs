using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SampleApp;

/// <summary>Drives the migrations, with a changelog and a lock in the shape of Liquibase's.</summary>
internal sealed class Migrator(Database database, Settings settings, Action<double> progress)
{
    private readonly string _deployment = Convert.ToHexString(RandomNumberGenerator.GetBytes(5)).ToLowerInvariant();

    public async Task UpAsync(CancellationToken cancellationToken)
    {
        progress(0.1);
        Log.Info($"Verifying {(database.Postgres ? "postgres" : "sqlite")} Database Connection ...");
        await database.PrepareAsync(cancellationToken).ConfigureAwait(false);
        await EnsureTablesAsync(cancellationToken).ConfigureAwait(false);
        Log.Info("Successfully verified the application database connection.");
        progress(0.3);
        var ran = await RanAsync(cancellationToken).ConfigureAwait(false);
        CheckVersion(ran);
        if (Pending(ran).Count == 0)
        {
            Log.Info("Database Migrations Current ...");
            return;
        }

        Log.Info("Database has unrun migrations. Checking if migration lock is taken...");
        await LockAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ran = await RanAsync(cancellationToken).ConfigureAwait(false);
            CheckVersion(ran);
            var pending = Pending(ran);
            Log.Info($"Running {pending.Count} migrations ...");
            var started = DateTimeOffset.UtcNow;
            for (var i = 0; i < pending.Count; i++)
            {
                await RunAsync(pending[i], ran.Count + i + 1, cancellationToken).ConfigureAwait(false);
                progress(0.3 + (0.6 * (i + 1) / pending.Count));
            }

            Log.Info(string.Create(CultureInfo.InvariantCulture, $"Migration complete in {(DateTimeOffset.UtcNow - started).TotalSeconds:0.0} s"));
        }
        finally
        {
            await ReleaseLocksAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Takes this build's own migrations back, newest first.</summary>
    public async Task DownAsync(CancellationToken cancellationToken)
    {
        if (settings.LieDown)
        {
            Log.Info("Rolled back.");
            return;
        }

        await EnsureTablesAsync(cancellationToken).ConfigureAwait(false);
        CheckNewer(await RanAsync(cancellationToken).ConfigureAwait(false));
        await LockAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var ran = await RanAsync(cancellationToken).ConfigureAwait(false);
            var back = Changelog.Own.Where(migration => ran.Contains(migration.Id)).Reverse().ToList();
            if (Changelog.Own.First().Release == new Version(1, 0, 0)) back.Clear();
            Log.Info(back.Count == 0 ? "There is nothing to roll back." : $"Rolling back app database schema: {back.Count} migrations");
            foreach (var migration in back)
            {
                Log.Info($"Going to roll back changeset {migration.Id}");
                for (var i = 0; i < migration.Down.Length; i++)
                {
                    if (i > 0 && settings.FailDown == migration.Id) throw new InvalidOperationException($"Rollback failed for changeset {migration.Id}: Reason: SAMPLEAPP_FAIL_DOWN asked for it");
                    await Task.Delay(settings.MigrationDelay, cancellationToken).ConfigureAwait(false);
                    await database.ExecuteAsync(Changelog.Translate(migration.Down[i], database.Postgres), cancellationToken).ConfigureAwait(false);
                }

                await database.ExecuteAsync("DELETE FROM databasechangelog WHERE id = $1", cancellationToken, migration.Id).ConfigureAwait(false);
            }
        }
        finally
        {
            await ReleaseLocksAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    public Task ReleaseLocksAsync(CancellationToken cancellationToken) => database.ExecuteAsync(
        "UPDATE databasechangeloglock SET locked = $1, lockgranted = NULL, lockedby = NULL WHERE id = 1", cancellationToken, false);

    private static List<Migration> Pending(List<string> ran) => [.. Changelog.Known.Where(migration => !ran.Contains(migration.Id))];

    private static void CheckVersion(List<string> ran)
    {
        CheckNewer(ran);
        if (ran.Count == 0 || Changelog.Needs is not { } needs) return;
        if (Changelog.Known.Where(migration => migration.Release <= needs).All(migration => ran.Contains(migration.Id))) return;
        throw new InvalidOperationException(
            $"This database is older than SampleApp {needs.ToString(2)}, and SampleApp {AppInfo.Version} can't migrate it. Upgrade to SampleApp {needs.ToString(3)} first, start it once, then come back.");
    }

    private static void CheckNewer(List<string> ran)
    {
        var strange = ran.Except(Changelog.Known.Select(static migration => migration.Id)).ToList();
        if (strange.Count == 0) return;
        throw new InvalidOperationException(
            $"ERROR: Downgrade detected. The database has {strange.Count} migrations that SampleApp {AppInfo.Version} does not know (the last is {strange[^1]}). Run 'migrate down' with the newer version first, or restore a backup.");
    }

    private async Task RunAsync(Migration migration, int order, CancellationToken cancellationToken)
    {
        Log.Info($"Running changeset {migration.Id}: {migration.Comment}");
        var half = (migration.Up.Length + 1) / 2;
        for (var i = 0; i < migration.Up.Length; i++)
        {
            if (i == half)
            {
                if (settings.FailMigration == migration.Id)
                {
                    throw new InvalidOperationException($"Migration failed for changeset {migration.Id}: Reason: SAMPLEAPP_FAIL_MIGRATION asked for it");
                }

                await Task.Delay(settings.MigrationDelay, cancellationToken).ConfigureAwait(false);
            }

            await database.ExecuteAsync(Changelog.Translate(migration.Up[i], database.Postgres), cancellationToken).ConfigureAwait(false);
        }

        var sum = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', migration.Up)))).ToLowerInvariant();
        await database.ExecuteAsync(
            """
            INSERT INTO databasechangelog (id, author, filename, dateexecuted, orderexecuted, exectype, md5sum, description, comments, liquibase, deployment_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """,
            cancellationToken,
            migration.Id, "sampleapp", $"migrations/{migration.Release.ToString(2)}.yaml", DateTimeOffset.UtcNow, order, "EXECUTED", "9:" + sum[..32], "sql", migration.Comment, AppInfo.Version, _deployment).ConfigureAwait(false);
    }

    private async Task<List<string>> RanAsync(CancellationToken cancellationToken) =>
        [.. (await database.QueryAsync("SELECT id FROM databasechangelog ORDER BY orderexecuted", cancellationToken).ConfigureAwait(false)).Select(static row => (string)row[0]!)];

    private async Task LockAsync(CancellationToken cancellationToken)
    {
        var until = DateTimeOffset.UtcNow + settings.LockWait;
        while (true)
        {
            await using (var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false))
            {
                await using var command = database.Command(
                    connection, "UPDATE databasechangeloglock SET locked = $1, lockgranted = $2, lockedby = $3 WHERE id = 1 AND locked = $4", true, DateTimeOffset.UtcNow, $"{Environment.MachineName} (127.0.0.1)", false);
                if (await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) == 1) break;
            }

            if (DateTimeOffset.UtcNow > until)
            {
                throw new InvalidOperationException("Database has migration lock; cannot run migrations. You can force-release these locks by running `migrate release-locks`.");
            }

            Log.Info("Waiting for migration lock to be cleared...");
            await Task.Delay(250, cancellationToken).ConfigureAwait(false);
        }

        Log.Info("Migration lock acquired.");
    }

    private async Task EnsureTablesAsync(CancellationToken cancellationToken)
    {
        if (!await database.TableExistsAsync("databasechangeloglock", cancellationToken).ConfigureAwait(false))
        {
            await database.ExecuteAsync($"CREATE TABLE databasechangeloglock (id integer NOT NULL PRIMARY KEY, locked boolean NOT NULL, lockgranted {Changelog.Translate("{time}", database.Postgres)}, lockedby varchar(255))", cancellationToken).ConfigureAwait(false);
            await database.ExecuteAsync("INSERT INTO databasechangeloglock (id, locked) VALUES (1, $1)", cancellationToken, false).ConfigureAwait(false);
        }

        if (await database.TableExistsAsync("databasechangelog", cancellationToken).ConfigureAwait(false)) return;
        await database.ExecuteAsync(
            $"""
            CREATE TABLE databasechangelog (
              id varchar(255) NOT NULL, author varchar(255) NOT NULL, filename varchar(255) NOT NULL, dateexecuted {Changelog.Translate("{time}", database.Postgres)} NOT NULL,
              orderexecuted integer NOT NULL, exectype varchar(10) NOT NULL, md5sum varchar(35), description varchar(255), comments varchar(255), tag varchar(255),
              liquibase varchar(20), contexts varchar(255), labels varchar(255), deployment_id varchar(10))
            """,
            cancellationToken).ConfigureAwait(false);
    }
}
