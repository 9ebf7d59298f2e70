using System.Text;
using FsCheck;
using FsCheck.Fluent;
using UpgradeModule.Engine.Upgrades.Journal;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades;

/// <summary>The history of deployments that no store knows: whatever is changed past the module shows, and a writer that is cut short does not.</summary>
public sealed class FileHistoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Folder => _folder.File("runs");

    private FileJournal Journal => new(Folder);

    private string Lines => Path.Combine(Folder, "history.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_save_is_an_entry_and_the_head_is_part_of_the_history_ever_after()
    {
        var heads = await FillAsync();

        var found = await Journal.TestHistoryAsync(heads[2], default);

        Assert.True(found.Intact, found.FirstBroken?.Message);
        Assert.Equal((heads.Count, 3, heads[^1]), ((int)found.Entries, found.Runs, found.Head));
        Assert.Equal((true, 3L), (found.ContainsHead, found.HeadEntry));
        Assert.Empty(found.Unchained);
        Assert.Equal(heads[^1], await Journal.ReadHeadAsync(default));
        Assert.Empty(Directory.GetFiles(Folder, "*.next"));
    }

    [Fact]
    public async Task A_folder_that_is_gone_for_good_is_told_with_what_to_do()
    {
        File.WriteAllText(Folder, "where the folder was");
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => SaveAsync("run1", null));
        Assert.Equal(("RunNotRecorded", Folder), (failure.ErrorId, failure.Target));
        Assert.Contains("register the deployment", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_changed_byte_in_any_file_shows()
    {
        await FillAsync();
        var files = Directory.GetFiles(Folder);
        var whole = files.ToDictionary(file => file, File.ReadAllBytes);

        Prop.ForAll(Gen.Elements(files.AsEnumerable()).ToArbitrary(), Gen.Choose(0, 1_000_000).ToArbitrary(), Gen.Choose(1, 255).ToArbitrary(), (file, where, bits) =>
        {
            var bytes = (byte[])whole[file].Clone();
            bytes[where % bytes.Length] ^= (byte)bits;
            File.WriteAllBytes(file, bytes);
            var found = Test();
            File.WriteAllBytes(file, whole[file]);
            return (!found.Intact).Label($"{Path.GetFileName(file)} at {where % bytes.Length}");
        }).QuickCheckThrowOnFailure();
        Assert.True(Test().Intact);
    }

    [Fact]
    public async Task Removed_swapped_and_cut_off_lines_show_and_go_on_showing()
    {
        await FillAsync();
        var whole = Files();
        var lines = (await File.ReadAllTextAsync(Lines)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var deeds = new List<(string Name, Func<IEnumerable<string>> Lines)>();
        for (var i = 0; i < lines.Length; i++)
        {
            var at = i;
            deeds.Add(($"removed {at}", () => lines.Where((_, index) => index != at)));
            deeds.Add(($"cut off at {at}", () => lines.Take(at)));
            if (at > 0) deeds.Add(($"swapped {at}", () => lines.Select((line, index) => index == at ? lines[at - 1] : index == at - 1 ? lines[at] : line)));
        }

        foreach (var (name, changed) in deeds)
        {
            Put(whole);
            File.WriteAllText(Lines, string.Concat(changed().Select(line => line + "\n")));
            Assert.False(Test().Intact, name);
            await SaveAsync("later", UpgradeOutcome.Succeeded);
            Assert.False(Test().Intact, "later: " + name);
        }
    }

    [Fact]
    public async Task A_history_that_is_cut_off_at_any_byte_shows()
    {
        await FillAsync();
        var bytes = await File.ReadAllBytesAsync(Lines);
        foreach (var length in Enumerable.Range(0, 60).Select(i => i * (bytes.Length - 1) / 59))
        {
            File.WriteAllBytes(Lines, bytes[..length]);
            Assert.False(Test().Intact, $"{length} of {bytes.Length}");
        }
    }

    [Fact]
    public async Task Removed_replaced_and_added_records_show()
    {
        await FillAsync();
        var whole = Files();
        (string Name, Action Deed)[] deeds =
        [
            ("removed", () => File.Delete(Record("run1"))),
            ("replaced", () => File.Copy(Record("run1"), Record("run2"), overwrite: true)),
            ("added", () => File.Copy(Record("run1"), Record("run9"))),
            ("the history", () => File.Delete(Lines)),
            ("the head", () => File.Delete(Path.Combine(Folder, "history.head"))),
            ("both", () => { File.Delete(Lines); File.Delete(Path.Combine(Folder, "history.head")); }),
        ];
        foreach (var (name, deed) in deeds)
        {
            Put(whole);
            deed();
            Assert.False(Test().Intact, name);
            await SaveAsync("later", UpgradeOutcome.Succeeded);
            Assert.False(Test().Intact, "later: " + name);
        }

        Put(whole);
        var (one, two) = (Text(Record("run1")), Text(Record("run2")));
        File.WriteAllText(Record("run1"), two);
        File.WriteAllText(Record("run2"), one);
        Assert.False(Test().Intact, "swapped");
    }

    [Fact]
    public async Task A_writer_that_is_cut_short_at_any_moment_leaves_it_intact()
    {
        await FillAsync();
        var before = Files();
        await SaveAsync("run2", UpgradeOutcome.Failed);
        var after = Files();
        var (record, head) = (Record("run2"), Path.Combine(Folder, "history.head"));
        var added = after[Lines][before[Lines].Length..];

        // Its record beside; half of its entry; all of it; the record in its place; then the head is written, and it is whole.
        var moments = new List<Dictionary<string, byte[]>>();
        for (var written = 0; written <= added.Length; written += written < added.Length - 40 ? 40 : 1)
        {
            moments.Add(new(before) { [record[..^5] + ".next"] = after[record], [Lines] = [.. before[Lines], .. added[..written]] });
        }

        moments.Add(new(before) { [Lines] = after[Lines], [record] = after[record] });
        foreach (var moment in moments)
        {
            Put(moment);
            Assert.True(Test().Intact, Test().FirstBroken?.Message);
            await SaveAsync("run2", UpgradeOutcome.RolledBack);
            Assert.True(Test().Intact, Test().FirstBroken?.Message);
            Assert.Empty(Directory.GetFiles(Folder, "*.next"));
        }

        Assert.Equal(after[head].Length, new FileInfo(head).Length);
    }

    [Fact]
    public async Task A_first_writer_that_is_cut_short_leaves_it_intact()
    {
        await SaveAsync("run1", null);
        var whole = Files();
        File.Move(Record("run1"), Record("run1")[..^5] + ".next");
        File.WriteAllText(Path.Combine(Folder, "history.head"), $"0 {new string('0', 64)}\n");
        Assert.True(Test().Intact, Test().FirstBroken?.Message);

        await SaveAsync("run1", UpgradeOutcome.Succeeded);

        Assert.True(Test().Intact, Test().FirstBroken?.Message);
        Assert.Equal(3, whole.Count);
    }

    [Fact]
    public async Task Records_of_before_the_history_are_told_as_unchained_and_guarded_from_its_first_entry_on()
    {
        Directory.CreateDirectory(Folder);
        foreach (var id in (string[])["old1", "old2"]) await File.WriteAllTextAsync(Record(id), RunJson.Write(Document(id, UpgradeOutcome.Succeeded) with { FormatVersion = 2 }));
        var found = Test();
        Assert.Equal((true, 0L), (found.Intact, found.Entries));
        Assert.Equal(["old1", "old2"], found.Unchained);

        await SaveAsync("run1", UpgradeOutcome.Succeeded);

        found = Test();
        Assert.True(found.Intact, found.FirstBroken?.Message);
        Assert.Equal(["old1", "old2"], found.Unchained);
        Assert.Equal(3, found.Entries);
        Text(Record("old1"), " ");
        Assert.Equal("old1", Test().FirstBroken?.RunId);
    }

    [Fact]
    public async Task Writers_at_once_do_not_fork_it()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 6; i++) await SaveAsync($"run{writer}", null);
        })));

        var found = Test();
        Assert.True(found.Intact, found.FirstBroken?.Message);
        Assert.Equal((24L, 4), (found.Entries, found.Runs));
    }

    private static RunDocument Document(string id, UpgradeOutcome? outcome) => new()
    {
        Run = new UpgradeRun { RunId = id, Outcome = outcome, StartedOn = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), Deployment = new AppDeployment { Name = "wiki für alle" } },
    };

    private static string Text(string file) => File.ReadAllText(file);

    private static void Text(string file, string added) => File.AppendAllText(file, added, new UTF8Encoding(false));

    private Task<string?> SaveAsync(string id, UpgradeOutcome? outcome) => Journal.EndAsync(Document(id, outcome), default);

    private async Task<List<string>> FillAsync()
    {
        var heads = new List<string>();
        foreach (var id in (string[])["run1", "run2", "run3"])
        {
            heads.Add((await SaveAsync(id, null))!);
            heads.Add((await SaveAsync(id, UpgradeOutcome.Succeeded))!);
        }

        return heads;
    }

    private string Record(string id) => Path.Combine(Folder, $"run-{id}.json");

    private HistoryTestResult Test() => Task.Run(() => Journal.TestHistoryAsync(null, default)).GetAwaiter().GetResult();

    private Dictionary<string, byte[]> Files() => Directory.GetFiles(Folder).ToDictionary(file => file, File.ReadAllBytes);

    private void Put(Dictionary<string, byte[]> files)
    {
        foreach (var file in Directory.GetFiles(Folder)) File.Delete(file);
        foreach (var (file, bytes) in files) File.WriteAllBytes(file, bytes);
    }
}
