using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Backups;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Backups;

public sealed class BackupTestingTests : IDisposable
{
    private readonly BackupScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task A_backup_as_it_was_made_is_valid()
    {
        var result = await _scene.CheckAsync(await _scene.BackupAsync());
        Assert.True(result.Valid);
        Assert.True(result.ChecksumOnly);
        Assert.Equal(3, result.FilesChecked);
        Assert.Equal(0, result.TablesCompared);
        Assert.Empty(result.Problems);
        Assert.Null(result.ProvenOn);
    }

    [Fact]
    public async Task A_flipped_bit_in_any_file_is_found()
    {
        var backup = await _scene.BackupAsync();
        foreach (var file in BackupMakingTests.Files(backup).ToList())
        {
            var path = Path.Combine(backup.Path, file);
            var good = File.ReadAllBytes(path);
            var step = Math.Max(1, good.Length / 40);
            for (var position = 0; position < good.Length; position += step)
            {
                var bad = (byte[])good.Clone();
                bad[position] ^= (byte)(1 << (position / step % 8));
                File.WriteAllBytes(path, bad);
                var result = await _scene.CheckAsync(backup);
                Assert.False(result.Valid, $"{file}, byte {position}");
                Assert.NotEmpty(result.Problems);
            }

            File.WriteAllBytes(path, good);
        }

        Assert.True((await _scene.CheckAsync(backup)).Valid);
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_in_the_checksums_is_found()
    {
        var backup = await _scene.BackupAsync();
        var path = Path.Combine(backup.Path, "SHA256SUMS");
        var good = File.ReadAllBytes(path);
        for (var bit = 0; bit < good.Length * 8; bit += 5)
        {
            var bad = (byte[])good.Clone();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(path, bad);
            Assert.False((await _scene.CheckAsync(backup)).Valid, $"bit {bit}");
        }
    }

    [Fact]
    public async Task A_truncated_file_is_found()
    {
        var backup = await _scene.BackupAsync();
        foreach (var file in BackupMakingTests.Files(backup).ToList())
        {
            var path = Path.Combine(backup.Path, file);
            var good = File.ReadAllBytes(path);
            foreach (var length in new[] { 0, 1, good.Length / 2, good.Length - 1 })
            {
                File.WriteAllBytes(path, good[..length]);
                Assert.False((await _scene.CheckAsync(backup)).Valid, $"{file} cut to {length}");
            }

            File.WriteAllBytes(path, good);
        }
    }

    [Fact]
    public async Task A_truncated_data_file_is_named_with_its_sizes()
    {
        var backup = await _scene.BackupAsync();
        File.WriteAllBytes(Path.Combine(backup.Path, "data/sub/blob.bin"), new byte[12]);
        Assert.Equal(["data/sub/blob.bin: it has 12 bytes instead of 3,000"], (await _scene.CheckAsync(backup)).Problems);
    }

    [Fact]
    public async Task A_missing_file_and_one_more_are_found()
    {
        var backup = await _scene.BackupAsync();
        foreach (var file in BackupMakingTests.Files(backup).ToList())
        {
            var path = Path.Combine(backup.Path, file);
            File.Move(path, path + ".away");
            var result = await _scene.CheckAsync(backup);
            Assert.False(result.Valid);
            Assert.Contains(result.Problems, problem => problem.StartsWith(file + ":", StringComparison.Ordinal) && problem.Contains("missing", StringComparison.Ordinal));
            File.Move(path + ".away", path);
        }

        File.WriteAllText(Path.Combine(backup.Path, "data/.more"), "");
        Assert.Contains("data/.more", Assert.Single((await _scene.CheckAsync(backup)).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_not_hidden_by_taking_it_out_of_manifest_and_checksums_alike()
    {
        var backup = await _scene.BackupAsync();
        var sums = Path.Combine(backup.Path, "SHA256SUMS");
        File.WriteAllLines(sums, File.ReadAllLines(sums).Where(line => !line.EndsWith("rows.txt", StringComparison.Ordinal)));
        File.Delete(Path.Combine(backup.Path, "data/rows.txt"));
        Assert.False((await _scene.CheckAsync(backup)).Valid);
    }

    [Fact]
    public async Task A_restore_proves_it_and_the_proof_lies_beside()
    {
        var backup = await _scene.BackupAsync();
        var result = await _scene.ProveAsync(backup);
        Assert.True(result.Valid);
        Assert.Equal((2, 8L, "scratch server"), (result.TablesCompared, result.RowsCompared, result.RestoredTo));
        Assert.NotNull(result.ProvenOn);
        Assert.Equal(result.ProvenOn, result.Backup.ProvenOn);
        Assert.Single(Directory.GetFiles(backup.Path, "proof-*.json"));
        Assert.Equal(result.ProvenOn, (await _scene.Service.OpenAsync(backup.Path, default)).ProvenOn);
        Assert.True((await _scene.CheckAsync(backup)).Valid);
        Assert.Equal(["dump", "scratch made", "scratch removed"], _scene.Database.Log);
    }

    [Fact]
    public async Task The_newest_proof_counts_and_a_damaged_or_foreign_one_does_not()
    {
        var backup = await _scene.BackupAsync();
        await _scene.ProveAsync(backup);
        await Task.Delay(5);
        var second = await _scene.ProveAsync(backup);
        Assert.Equal(2, Directory.GetFiles(backup.Path, "proof-*.json").Length);
        Assert.Equal(second.ProvenOn, (await _scene.Service.OpenAsync(backup.Path, default)).ProvenOn);
        foreach (var proof in Directory.GetFiles(backup.Path, "proof-*.json")) File.WriteAllText(proof, "{\"backup\":");
        Assert.Null((await _scene.Service.OpenAsync(backup.Path, default)).ProvenOn);
    }

    [Fact]
    public async Task A_proof_counts_for_the_files_that_it_was_given_to()
    {
        var backup = await _scene.BackupAsync();
        await _scene.ProveAsync(backup);
        File.AppendAllText(Path.Combine(backup.Path, "SHA256SUMS"), "\n");
        Assert.Null((await _scene.Service.OpenAsync(backup.Path, default)).ProvenOn);
    }

    [Fact]
    public async Task Without_a_deployment_a_throw_away_place_serves()
    {
        var backup = await _scene.BackupAsync();
        var result = await _scene.Service.TestAsync(backup, null, checksumOnly: false, _scene.Operation, default);
        Assert.True(result.Valid);
        Assert.Equal(["scratch made", "scratch removed"], _scene.ThrowAway.Log);
    }

    [Fact]
    public async Task A_deployment_that_has_moved_to_another_engine_does_not_serve()
    {
        var backup = await _scene.BackupAsync();
        _scene.Database = new FakeDatabase { Engine = DatabaseEngine.Sqlite };
        Assert.True((await _scene.ProveAsync(backup)).Valid);
        Assert.Empty(_scene.Database.Log);
        Assert.Equal(["scratch made", "scratch removed"], _scene.ThrowAway.Log);
    }

    [Fact]
    public async Task A_copy_with_other_rows_proves_nothing_and_is_removed()
    {
        var backup = await _scene.BackupAsync();
        _scene.Database.OnScratch = copy =>
        {
            copy.Rows["public.users"] = 2;
            copy.Rows.Remove("public.dashboards");
            copy.Rows["public.more"] = 1;
        };
        var result = await _scene.ProveAsync(backup);
        Assert.False(result.Valid);
        Assert.Equal(4, result.Problems.Count);
        Assert.Contains(result.Problems, problem => problem.Contains("invariant 'users' is 2 instead of 3", StringComparison.Ordinal));
        Assert.Null(result.ProvenOn);
        Assert.Empty(Directory.GetFiles(backup.Path, "proof-*.json"));
        Assert.Equal("scratch removed", _scene.Database.Log[^1]);
    }

    [Fact]
    public async Task Rows_that_differ_are_found_by_a_deep_test_alone_and_their_tables_named()
    {
        var backup = await _scene.BackupAsync();
        _scene.Database.OnScratch = copy => copy.Hashes["public.users"] = "1";
        Assert.True((await _scene.ProveAsync(backup)).Valid);

        var result = await _scene.Service.ProveAsync(backup, _scene.Context, BackupTestDepth.Content, _scene.Operation, default);

        Assert.Equal(["The rows of public.users differ from those in the backup"], result.Problems);
        Assert.Equal((false, 2), (result.Valid, result.TablesHashed));
        _scene.Database.OnScratch = null;
        result = await _scene.Service.ProveAsync(backup, _scene.Context, BackupTestDepth.Content, _scene.Operation, default);
        Assert.Equal((true, 2), (result.Valid, result.TablesHashed));
    }

    [Fact]
    public async Task A_deep_test_that_the_engine_can_not_do_restores_nothing()
    {
        var backup = await _scene.BackupAsync();
        _scene.Database = new FakeDatabase { CanCompare = false };
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.ProveAsync(backup, _scene.Context, BackupTestDepth.Content, _scene.Operation, default));
        Assert.Equal("DeepTestNotSupported", failure.ErrorId);
        Assert.Empty(_scene.Database.Log);
    }

    [Fact]
    public async Task Data_that_can_not_be_restored_is_a_result_and_a_place_that_is_missing_is_a_failure()
    {
        var backup = await _scene.BackupAsync();
        _scene.Database.ScratchFailure = new UpgradeException("BackupCorrupt", UpgradeErrorCategory.InvalidData, backup.Path, "not restorable");
        Assert.Equal(["not restorable"], (await _scene.ProveAsync(backup)).Problems);
        _scene.Database.ScratchFailure = new UpgradeException("ScratchUnavailable", UpgradeErrorCategory.PermissionDenied, "db", "no right");
        Assert.Equal("ScratchUnavailable", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.ProveAsync(backup))).ErrorId);
    }

    [Fact]
    public async Task A_copy_is_removed_when_counting_fails()
    {
        var backup = await _scene.BackupAsync();
        _scene.Database.OnScratch = copy => copy.Rows.Clear();
        _scene.Context = _scene.Context with { Spec = new AppSpec() };
        Assert.False((await _scene.ProveAsync(backup)).Valid);
        Assert.Equal("scratch removed", _scene.Database.Log[^1]);
    }

    [Fact]
    public async Task A_damaged_backup_is_not_restored_for_the_proof()
    {
        var backup = await _scene.BackupAsync();
        File.AppendAllText(Path.Combine(backup.Path, "data/rows.txt"), "x");
        Assert.False((await _scene.ProveAsync(backup)).Valid);
        Assert.DoesNotContain("scratch made", _scene.Database.Log);
    }

    [Fact]
    public async Task A_backup_that_is_gone_is_told() =>
        Assert.Equal("BackupNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.CheckAsync(new AppBackup { Id = "x", Path = _scene.Destination }))).ErrorId);
}
