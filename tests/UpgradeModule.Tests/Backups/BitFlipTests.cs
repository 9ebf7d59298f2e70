using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Sqlite;
using UpgradeModule.Tests.Databases;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Backups;

/// <summary>Whatever a disk does to a backup, the checksums tell, and name the file.</summary>
[Collection("PostgresUpgrades")]
public sealed class BitFlipTests(PostgresFixture postgres) : IDisposable
{
    private readonly BackupScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task Damage_to_any_file_of_a_SQLite_backup_is_found_and_named() => await DamageAsync(await SqliteAsync(), 60);

    [SkippableTheory]
    [InlineData(BackupCompression.Gzip)]
    [InlineData(BackupCompression.Brotli)]
    public async Task Damage_to_any_file_of_a_PostgreSQL_backup_is_found_and_named(BackupCompression compression) => await DamageAsync(await PostgresAsync(compression), 60);

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_thousand_damages_to_a_SQLite_backup_are_found_and_named() => await DamageAsync(await SqliteAsync(), 1000);

    [SkippableTheory]
    [InlineData(BackupCompression.Gzip)]
    [InlineData(BackupCompression.Brotli)]
    [Trait("Category", "Long")]
    public async Task A_thousand_damages_to_a_PostgreSQL_backup_are_found_and_named(BackupCompression compression) => await DamageAsync(await PostgresAsync(compression), 1000);

    private async Task<AppBackup> SqliteAsync()
    {
        using var file = new SqliteFixture();
        _scene.Real = new SqliteDatabase(new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = file.File });
        return await ProvenAsync(BackupOptions.Default);
    }

    private async Task<AppBackup> PostgresAsync(BackupCompression compression)
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(access, "CREATE TABLE t (id int PRIMARY KEY, word text)", "INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, 20000) i");
        _scene.Real = postgres.Open(access);
        return await ProvenAsync(new BackupOptions { Compression = compression });
    }

    // With a proof beside it: that is one of its files too.
    private async Task<AppBackup> ProvenAsync(BackupOptions options)
    {
        var backup = await _scene.Service.BackupAsync(_scene.Context, _scene.Destination, options, default);
        Assert.Empty((await _scene.ProveAsync(backup)).Problems);
        Assert.True((await _scene.CheckAsync(backup)).Valid);
        return backup;
    }

    private async Task DamageAsync(AppBackup backup, int times)
    {
        var files = BackupMakingTests.Files(backup).Order(StringComparer.Ordinal).ToList();
        Assert.Contains(files, file => file.StartsWith("proof-", StringComparison.Ordinal));
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var i = 0; i < times; i++)
        {
            var file = files[i % files.Count];
            var path = Path.Combine(backup.Path, file);
            var good = await File.ReadAllBytesAsync(path);
            var (bad, what) = Damage(good, random);
            await File.WriteAllBytesAsync(path, bad);

            var result = await _scene.CheckAsync(backup);

            Assert.False(result.Valid, $"{file}: {what} (seed {seed})");
            Assert.True(result.Problems.Any(problem => problem.Contains(file, StringComparison.Ordinal)), $"{file}: {what} (seed {seed}): {string.Join("; ", result.Problems)}");
            await File.WriteAllBytesAsync(path, good);
        }

        Assert.True((await _scene.CheckAsync(backup)).Valid);
    }

    private static (byte[] Bad, string What) Damage(byte[] good, Random random)
    {
        if (random.Next(4) == 0)
        {
            var length = random.Next(good.Length);
            return (good[..length], $"cut to {length} bytes");
        }

        var bad = (byte[])good.Clone();
        var bit = random.NextInt64(good.Length * 8L);
        bad[bit / 8] ^= (byte)(1 << (int)(bit % 8));
        return (bad, $"bit {bit} flipped");
    }
}
