using Npgsql;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

/// <summary>An application that writes at full speed over several connections while it is backed up: what is restored is of one moment.</summary>
[Collection("Postgres")]
public class PostgresWriterTests(PostgresFixture postgres)
{
    private const int Accounts = 50;

    // No transaction changes the total, and every balance is what the moves say.
    private const string Broken = """
        SELECT (SELECT sum(balance) FROM accounts) - (SELECT count(*) * 1000 FROM accounts),
               (SELECT count(*) FROM accounts a WHERE balance <> 1000 + (SELECT coalesce(sum(amount), 0) FROM moves WHERE target = a.id) - (SELECT coalesce(sum(amount), 0) FROM moves WHERE source = a.id)),
               (SELECT count(*) FROM moves m FULL JOIN receipts r ON r.move = m.id WHERE m.id IS NULL OR r.move IS NULL),
               (SELECT last_value < (SELECT coalesce(max(id), 0) FROM moves) FROM moves_id_seq), (SELECT last_value < (SELECT coalesce(max(id), 0) FROM receipts) FROM receipts_id_seq),
               (SELECT count(*) FROM moves)
        """;

    [SkippableTheory]
    [InlineData(BackupEngine.Managed, BackupCompression.Gzip, 2)]
    [InlineData(BackupEngine.Managed, BackupCompression.Brotli, 4)]
    [InlineData(BackupEngine.PgDump, null, null)]
    public async Task What_is_backed_up_meanwhile_keeps_what_every_transaction_keeps(BackupEngine engine, BackupCompression? compression, int? jobs)
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(
            access,
            $"CREATE TABLE accounts AS SELECT id, 1000 AS balance, repeat('x', 500) AS filler FROM generate_series(1, {Accounts}) id", "ALTER TABLE accounts ADD PRIMARY KEY (id)",
            "CREATE TABLE moves (id serial PRIMARY KEY, source int REFERENCES accounts, target int REFERENCES accounts, amount int)", "CREATE TABLE receipts (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, move int UNIQUE REFERENCES moves, who text)",
            "CREATE TABLE ballast AS SELECT i, repeat(md5(i::text), 20) AS t FROM generate_series(1, 5000) i");
        using var stop = new CancellationTokenSource();
        var written = 0;
        var writers = Enumerable.Range(1, 4).Select(seed => Task.Run(() => WriteAsync(access, new Random(seed), () => Interlocked.Increment(ref written), stop.Token))).ToList();
        while (Volatile.Read(ref written) < 50) await Task.Delay(5);
        var seen = new List<int>();
        for (var round = 0; round < 2; round++)
        {
            using var folder = new TempFolder();
            var before = Volatile.Read(ref written);
            var database = postgres.Open(access);
            var dump = await database.DumpAsync(folder.Path, [], new BackupOptions { Engine = engine, Compression = compression, Jobs = jobs }, new RecordingOperation(), CancellationToken.None);
            Assert.True(Volatile.Read(ref written) > before, "Nothing was written meanwhile.");
            var content = new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables };
            await using var scratch = await database.RestoreToScratchAsync(content, new RecordingOperation(), CancellationToken.None);
            Assert.Empty(TableComparison.Differences(dump.Tables, await scratch.Database.CountRowsAsync(CancellationToken.None)));
            var row = Assert.Single(await scratch.Database.QueryAsync(Broken, CancellationToken.None));
            Assert.Equal(["0", "0", "0", "f", "f"], row.Take(5));
            seen.Add(int.Parse(row[5]!, System.Globalization.CultureInfo.InvariantCulture));
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        Assert.True(seen[0] >= 50 && seen[1] > seen[0] && seen[1] <= written, $"{string.Join(", ", seen)} of {written}");
    }

    private static async Task WriteAsync(DatabaseAccess access, Random random, Action written, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(PostgresFixture.ConnectionString(access));
        await connection.OpenAsync(CancellationToken.None);
        while (!cancellationToken.IsCancellationRequested)
        {
            // In order of their numbers, so that two writers don't wait for each other.
            var (source, target, amount) = (random.Next(1, Accounts), random.Next(1, 100), random.Next(1, 20));
            target = source + 1 + (target % (Accounts - source));
            if (random.Next(2) == 0) amount = -amount;
            await using var command = new NpgsqlCommand($"""
                BEGIN; UPDATE accounts SET balance = balance - {amount} WHERE id = {source}; UPDATE accounts SET balance = balance + {amount} WHERE id = {target};
                WITH m AS (INSERT INTO moves (source, target, amount) VALUES ({source}, {target}, {amount}) RETURNING id) INSERT INTO receipts (move, who) SELECT id, 'somebody' FROM m; COMMIT
                """, connection);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
            written();
        }
    }
}
