using FsCheck;
using FsCheck.Fluent;
using Microsoft.Data.Sqlite;
using UpgradeModule.Engine.State;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.State;

/// <summary>The history in the store: whatever is changed past the module shows.</summary>
public sealed class StoreHistoryTests : IDisposable
{
    private static readonly string[] s_tables = ["history", "history_head", "runs"];

    private readonly TempFolder _folder = new();

    private string Path => _folder.File("store.db");

    private StateStore Store => new(Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_save_is_an_entry_and_the_head_is_part_of_the_history_ever_after()
    {
        var heads = await FillAsync();

        var found = await Store.TestHistoryAsync(null, default);

        Assert.True(found.Intact, found.FirstBroken?.Message);
        Assert.Equal((heads.Count, 4, heads[^1]), ((int)found.Entries, found.Runs, found.Head));
        Assert.Empty(found.Unchained);
        Assert.Null(found.ContainsHead);
        Assert.Equal(heads[^1], await Store.ReadHistoryHeadAsync(default));
        for (var i = 0; i < heads.Count; i++)
        {
            var looked = await Store.TestHistoryAsync(heads[i].ToUpperInvariant(), default);
            Assert.Equal((true, i + 1), (looked.ContainsHead, looked.HeadEntry));
        }

        Assert.False((await Store.TestHistoryAsync(new string('a', 64), default)).ContainsHead);
    }

    [Fact]
    public async Task A_store_that_is_not_there_has_an_empty_history_and_none_is_made()
    {
        var found = await Store.TestHistoryAsync(new string('a', 64), default);

        Assert.Equal((true, 0L, false), (found.Intact, found.Entries, found.ContainsHead));
        Assert.Null(await Store.ReadHistoryHeadAsync(default));
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public async Task One_changed_character_anywhere_shows()
    {
        await FillAsync();
        var whole = await File.ReadAllBytesAsync(Path);
        var places = s_tables.SelectMany(table => Cells(table)).ToList();

        Prop.ForAll(Gen.Elements(places.AsEnumerable()).ToArbitrary(), Gen.Choose(0, 100_000).ToArbitrary(), (place, where) =>
        {
            Put(whole);
            var text = Scalar($"SELECT {place.Column} FROM {place.Table} WHERE rowid = {place.Row}");
            var at = where % text.Length;
            var changed = text[..at] + (char)(text[at] ^ 1) + text[(at + 1)..];
            if (place is { Table: "history", Column: "entry" } or { Table: "runs", Column: "run_id" }) changed = text + "000";
            Execute($"UPDATE {place.Table} SET {place.Column} = '{changed.Replace("'", "''", StringComparison.Ordinal)}' WHERE rowid = {place.Row}");
            var found = Test();
            return (!found.Intact && found.FirstBroken!.Message.Length > 0).Label($"{place}, '{changed}'");
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task Removed_swapped_cut_off_and_added_rows_show()
    {
        await FillAsync();
        var whole = await File.ReadAllBytesAsync(Path);
        var count = int.Parse(Scalar("SELECT count(*) FROM history"), System.Globalization.CultureInfo.InvariantCulture);
        string[] deeds =
        [
            .. Enumerable.Range(1, count).Select(entry => $"DELETE FROM history WHERE entry = {entry}"),
            .. Enumerable.Range(1, count).Select(entry => $"DELETE FROM history WHERE entry >= {entry}"),
            .. Enumerable.Range(1, count).Select(entry => $"DELETE FROM history WHERE entry <= {entry}"),
            .. Enumerable.Range(2, count - 1).Select(entry => $"DELETE FROM history WHERE entry = {entry - 1}; UPDATE history SET entry = entry - 1 WHERE entry >= {entry}"),
            .. Enumerable.Range(2, count - 1).Select(entry => $"UPDATE history SET entry = -1 WHERE entry = {entry}; UPDATE history SET entry = {entry} WHERE entry = {entry - 1}; UPDATE history SET entry = {entry - 1} WHERE entry = -1"),
            .. Enumerable.Range(0, 4).Select(run => $"DELETE FROM runs WHERE run_id = 'run{run}'"),
            .. Enumerable.Range(0, 4).Select(run => $"DELETE FROM runs WHERE run_id = 'run{run}'; DELETE FROM history WHERE run_id = 'run{run}'"),
            .. Enumerable.Range(1, 3).Select(run => $"UPDATE runs SET document = (SELECT document FROM runs WHERE run_id = 'run{run - 1}') WHERE run_id = 'run{run}'"),
            "UPDATE runs SET run_id = 'x' WHERE run_id = 'run0'; UPDATE runs SET run_id = 'run0' WHERE run_id = 'run1'; UPDATE runs SET run_id = 'run1' WHERE run_id = 'x'",
            "INSERT INTO runs VALUES ('forged', 'a', '2026-01-01', '{}')",
            "INSERT INTO history SELECT entry + 1, run_id, deployment, started_on, written_on, state, document, hash, hash FROM history ORDER BY entry DESC LIMIT 1",
            "DELETE FROM history_head", "DELETE FROM history", "DELETE FROM history; DELETE FROM history_head",
            "UPDATE runs SET document = x'00ff' WHERE run_id = 'run0'", "UPDATE history SET hash = x'00ff' WHERE entry = 1", "UPDATE history_head SET hash = x'00ff'",
        ];

        foreach (var deed in deeds)
        {
            Put(whole);
            Execute(deed);
            Assert.False(Test().Intact, deed);

            // And it still shows once the module has written on.
            await SaveAsync(new StateStore(Path), 9, "after");
            Assert.False(Test().Intact, "later: " + deed);
        }
    }

    [Fact]
    public async Task What_differs_is_told_with_its_run()
    {
        await FillAsync();
        Execute("UPDATE runs SET document = replace(document, 'Succeeded', 'RolledBack') WHERE run_id = 'run2'");

        var broken = Test().FirstBroken!;

        Assert.Equal(("run2", "app"), (broken.RunId, broken.Deployment));
        Assert.Contains("run2", broken.Message, StringComparison.Ordinal);
        Assert.NotNull(broken.WrittenOn);
    }

    [Fact]
    public async Task Whoever_writes_the_whole_history_anew_is_shown_by_a_head_that_was_kept_elsewhere()
    {
        var head = (await FillAsync())[^1];
        File.Delete(Path);
        var forged = await FillAsync("RolledBack");

        var found = await Store.TestHistoryAsync(head, default);

        Assert.Equal((true, false), (found.Intact, found.ContainsHead));
        Assert.DoesNotContain(head, forged);
    }

    [Fact]
    public async Task A_store_of_before_the_history_is_brought_up_to_date_and_its_runs_are_told_as_unchained()
    {
        await FillAsync();
        Execute("DROP TABLE history; DROP TABLE history_head; PRAGMA user_version = 1");

        var found = await Store.TestHistoryAsync(null, default);

        Assert.True(found.Intact, found.FirstBroken?.Message);
        Assert.Equal(["run0", "run1", "run2", "run3"], found.Unchained);
        Assert.Equal(4, found.Entries);

        // From then on they are guarded.
        await SaveAsync(Store, 7, "new");
        Assert.True(Test().Intact);
        Execute("UPDATE runs SET document = document || ' ' WHERE run_id = 'run1'");
        Assert.Equal("run1", Test().FirstBroken!.RunId);
    }

    [Fact]
    public async Task Writers_at_once_do_not_fork_it()
    {
        var heads = await Task.WhenAll(Enumerable.Range(0, 6).Select(writer => Task.Run(async () =>
        {
            var own = new List<string>();
            for (var i = 0; i < 8; i++) own.Add(await SaveAsync(new StateStore(Path), writer, $"{i}"));
            return own;
        })));

        var found = Test();
        Assert.True(found.Intact, found.FirstBroken?.Message);
        Assert.Equal(48, found.Entries);
        Assert.Equal(48, heads.SelectMany(own => own).Distinct().Count());
    }

    [Fact]
    public async Task A_save_that_fails_leaves_neither_record_nor_entry()
    {
        await FillAsync();
        Execute("CREATE TRIGGER full BEFORE INSERT ON history BEGIN SELECT raise(ABORT, 'full'); END");

        await Assert.ThrowsAnyAsync<Exception>(() => SaveAsync(Store, 1, "changed"));

        Execute("DROP TRIGGER full");
        Assert.True(Test().Intact);
        Assert.DoesNotContain("changed", Scalar("SELECT document FROM runs WHERE run_id = 'run1'"), StringComparison.Ordinal);
    }

    private static Task<string> SaveAsync(StateStore store, int run, string state) => store.SaveRunAsync(
        new StoredRun { RunId = $"run{run}", Deployment = "app", StartedOn = new DateTimeOffset(2026, 1, 1 + run, 0, 0, 0, TimeSpan.Zero), State = state, Json = $$"""{ "run": "{{run}}", "state": "{{state}}", "märchen": "\u00e4" }""" },
        default);

    private async Task<List<string>> FillAsync(string outcome = "Succeeded")
    {
        var heads = new List<string>();
        for (var run = 0; run < 4; run++)
        {
            foreach (var state in (string[])["Begun", "Swap@1.1.0 Started", outcome]) heads.Add(await SaveAsync(Store, run, state));
        }

        // In one file, so that a copy of it is all of it.
        Execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE");
        return heads;
    }

    private HistoryTestResult Test() => Task.Run(() => new StateStore(Path).TestHistoryAsync(null, default)).GetAwaiter().GetResult();

    private IEnumerable<(string Table, string Column, long Row)> Cells(string table)
    {
        var columns = Column($"SELECT name FROM pragma_table_info('{table}') WHERE name <> 'id'");
        var rows = Column($"SELECT rowid FROM {table}").Select(text => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        return columns.SelectMany(column => rows.Select(row => (table, column, row)));
    }

    private void Put(byte[] store)
    {
        foreach (var file in (string[])[Path + "-wal", Path + "-shm"]) File.Delete(file);
        File.WriteAllBytes(Path, store);
    }

    private string Scalar(string sql) => Column(sql)[0];

    private List<string> Column(string sql)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        var list = new List<string>();
        while (rows.Read()) list.Add(rows.GetString(0));
        return list;
    }

    private void Execute(string sql)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        return connection;
    }
}
