using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.H2;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Backups;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.H2;

/// <summary>What counts as a proof of an H2 backup, and what doesn't.</summary>
public sealed class H2ProofTests
{
    [SkippableFact]
    public async Task What_nothing_could_open_is_not_proven_and_what_H2_has_read_is_also_where_nobody_counted_it()
    {
        using var fixture = await H2Fixture.MakeAsync("2.2.224");
        using var scene = new BackupScene { Real = fixture.Open(jar: "/nowhere/app.jar") };
        var backup = await scene.BackupAsync();
        Assert.Equal(0, backup.Tables);

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.ProveAsync(backup));

        Assert.Equal("ScratchUnavailable", failure.ErrorId);
        Assert.Empty(Directory.GetFiles(backup.Path, "proof-*"));
        var checkedOnly = await scene.CheckAsync(backup);
        Assert.Equal((true, null), (checkedOnly.Valid, checkedOnly.ProvenOn));

        scene.Real = fixture.Database;
        var proven = await scene.ProveAsync(backup);
        Assert.True(proven.Valid, string.Join(" ", proven.Problems));
        Assert.NotNull(proven.ProvenOn);
        Assert.Equal((0, 0L), (proven.TablesCompared, proven.RowsCompared));
        Assert.Contains("every row read", proven.RestoredTo, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(backup.Path, "proof-*"));
    }

    [Fact]
    public async Task Of_a_file_of_the_old_page_store_no_structure_is_claimed()
    {
        using var folder = new TempFolder();
        var file = folder.File("app.h2.db");
        await File.WriteAllTextAsync(file, "-- H2 0.5/B -- \n" + new string((char)0, 6000));
        var database = new H2Database(new DatabaseAccess { Target = new DatabaseTarget { Engine = DatabaseEngine.H2, Path = file }, JarPath = "/nowhere/app.jar" });
        var operation = new RecordingOperation();

        var dump = await database.DumpAsync(Directory.CreateDirectory(folder.File("b")).FullName, [], BackupOptions.Default, operation, default);
        var content = new BackupContent { Directory = folder.File("b"), Format = dump.Format, Files = dump.Files };
        await database.RestoreAsync(content, "r", operation, default);

        Assert.Equal("h2-page", dump.Format);
        Assert.Equal(2, operation.Warnings.Count);
        Assert.DoesNotContain(operation.Warnings, warning => warning.Contains("structure", StringComparison.Ordinal));
    }
}
