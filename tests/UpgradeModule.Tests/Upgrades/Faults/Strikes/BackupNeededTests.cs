using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Engine.Upgrades.Undo;
using UpgradeModule.Tests.Support;
using UpgradeModule.Tests.Upgrades.Live;

namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>A backup that has changed since it was proven is found out before it is needed: nothing is touched for it, and what to do is told.</summary>
public sealed class BackupNeededTests
{
    [SkippableFact]
    public Task An_undo_by_a_backup_whose_byte_changed_ends_before_anything_is_stopped() => UndoAsync(null, new BackupDamagedStrike(cut: false), "BackupCorrupt");

    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData("sqlite", "cut", "BackupCorrupt")]
    [InlineData("sqlite", "gone", "UndoImpossible")]
    [InlineData("postgres", "changed", "BackupCorrupt")]
    [InlineData("postgres", "cut", "BackupCorrupt")]
    [InlineData("postgres", "gone", "UndoImpossible")]
    public async Task So_does_one_by_a_backup_that_was_cut_or_is_gone(string engine, string how, string error)
    {
        await using var server = engine == "sqlite" ? null : await OwnPostgres.StartAsync();
        await UndoAsync(server, how == "gone" ? new FolderGoneStrike(stays: false) : new BackupDamagedStrike(how == "cut"), error);
    }

    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData("sqlite", true)]
    [InlineData("sqlite", false)]
    [InlineData("postgres", true)]
    [InlineData("postgres", false)]
    public async Task A_run_that_lay_dead_while_its_backup_was_damaged_makes_another_before_it_goes_on(string engine, bool gone)
    {
        Skip.If(OperatingSystem.IsWindows(), "The process is ended by a signal.");
        await using var server = engine == "sqlite" ? null : await OwnPostgres.StartAsync();
        await using var scene = await LiveScene.StartAsync(server is null ? null : await server.CreateAsync());
        await using var writer = new NoteWriter(scene.Url, TimeSpan.FromMilliseconds(15));
        Assert.True((await FaultProcess.RunAsync(scene, "upgrade", "ReadInvariants@1.1.0", FaultMoment.Result)).Killed);
        await (gone ? (Strike)new FolderGoneStrike(stays: false) : new BackupDamagedStrike(cut: true)).BlowAsync(scene);

        var resumed = await scene.Engine.Upgrades.ResumeAsync(scene.Context, new ResumeRequest(), default);

        Assert.True(resumed.Outcome == UpgradeOutcome.Succeeded, resumed.Error);
        Assert.Contains(scene.Operation.Warnings, warning => warning.Contains("another one is made", StringComparison.Ordinal));
        var tested = await scene.Engine.Backups.TestAsync(resumed.Backup!, null, checksumOnly: true, scene.Operation, default);
        Assert.True(tested.Valid, string.Join(" ", tested.Problems));
        Assert.Equal("2.0.0", await scene.AnsweredVersionAsync());
        await writer.StopAsync();
        Assert.Subset(await scene.NotesAsync(), writer.Acknowledged.ToHashSet());
    }

    private static async Task UndoAsync(OwnPostgres? server, Strike strike, string error)
    {
        Skip.If(OperatingSystem.IsWindows(), "The troubles are those of Unix.");
        await using var scene = await LiveScene.StartAsync(server is null ? null : await server.CreateAsync());
        await using var writer = new NoteWriter(scene.Url, TimeSpan.FromMilliseconds(15));
        var upgraded = await scene.UpgradeAsync();
        Assert.True(upgraded.Outcome == UpgradeOutcome.Succeeded, upgraded.Error);
        await scene.Engine.Upgrades.CompleteAsync(scene.Context, upgraded.RunId, default);
        await strike.BlowAsync(scene);
        var request = new UndoRequest { Strategy = UndoStrategy.Restore };

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.Engine.Upgrades.UndoAsync(scene.Context, request, default));

        Assert.Equal(error, failure.ErrorId);
        Assert.Contains("Restore-AppDatabase", failure.Remedy);
        Assert.Equal("2.0.0", await scene.AnsweredVersionAsync());
        if (strike is FolderGoneStrike) return;

        // The good files come back, as from tape: now it is undone. What was written since the backup is kept beside.
        await strike.MendAsync(scene);
        var undone = await scene.Engine.Upgrades.UndoAsync(scene.Context, request, default);
        Assert.True(undone.Outcome == UpgradeOutcome.RolledBack, undone.Error);
        Assert.Equal("1.0.0", await scene.AnsweredVersionAsync());
        await writer.StopAsync();
        var there = await scene.NotesAsync();
        foreach (var item in undone.Kept.Where(item => item.Kind.StartsWith("Database", StringComparison.Ordinal) && !item.Dropped)) there.UnionWith(await scene.NotesInAsync(item));
        Assert.Subset(there, writer.Acknowledged.ToHashSet());
    }
}
